package dev.sealbox.http;

import static akka.http.javadsl.server.Directives.complete;

import akka.http.javadsl.server.Route;
import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.SandboxRefusal;
import java.util.Optional;
import java.util.function.Function;

/** Sandbox ids in paths: one that cannot be is answered like one that is unknown. */
final class SandboxPaths {
    private SandboxPaths() {}

    static Route sandbox(String segment, Function<SandboxId, Route> inner) {
        return id(segment).map(inner).orElseGet(() -> complete(Problems.from(new SandboxRefusal.NoSuchSandbox())));
    }

    static Optional<SandboxId> id(String segment) {
        try {
            return Optional.of(new SandboxId(segment));
        } catch (InvalidValue e) {
            return Optional.empty();
        }
    }
}
