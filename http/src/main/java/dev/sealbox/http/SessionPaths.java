package dev.sealbox.http;

import static akka.http.javadsl.server.Directives.complete;

import akka.http.javadsl.server.Route;
import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.session.SessionId;
import dev.sealbox.domain.session.SessionRefusal;
import java.util.Optional;
import java.util.function.BiFunction;

/** Session ids in paths: one that cannot be is answered like one that is unknown. */
final class SessionPaths {
    private SessionPaths() {}

    static Route session(String sandbox, String session, BiFunction<SandboxId, SessionId, Route> inner) {
        return SandboxPaths.sandbox(
                sandbox,
                owner -> id(session)
                        .map(id -> inner.apply(owner, id))
                        .orElseGet(() -> complete(Problems.from(new SessionRefusal.NoSuchSession()))));
    }

    private static Optional<SessionId> id(String segment) {
        try {
            return Optional.of(SessionId.parse(segment));
        } catch (InvalidValue e) {
            return Optional.empty();
        }
    }
}
