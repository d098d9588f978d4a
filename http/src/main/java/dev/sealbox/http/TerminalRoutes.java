package dev.sealbox.http;

import static akka.http.javadsl.server.Directives.complete;
import static akka.http.javadsl.server.Directives.concat;
import static akka.http.javadsl.server.Directives.delete;
import static akka.http.javadsl.server.Directives.get;
import static akka.http.javadsl.server.Directives.onSuccess;
import static akka.http.javadsl.server.Directives.path;
import static akka.http.javadsl.server.Directives.pathPrefix;
import static akka.http.javadsl.server.Directives.post;
import static akka.http.javadsl.server.PathMatchers.segment;

import akka.http.javadsl.server.Route;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.session.SessionAction;
import dev.sealbox.domain.session.SessionId;
import dev.sealbox.domain.session.Sessions;
import java.util.Map;
import java.util.function.Function;

/**
 * {@code /api/sandboxes/{sandbox}/pty}: POST opens a terminal; {@code /{session}}: GET attaches by WebSocket, which a
 * client may also do at the same path without {@code /api}, DELETE hangs up; {@code /{session}/resize}: POST.
 */
final class TerminalRoutes {
    private final Sessions sessions;
    private final WebSockets webSockets;
    private final Bodies bodies;
    private final Answers answers;

    TerminalRoutes(Sessions sessions, WebSockets webSockets, Bodies bodies, Answers answers) {
        this.sessions = sessions;
        this.webSockets = webSockets;
        this.bodies = bodies;
        this.answers = answers;
    }

    Route of(Origin origin) {
        return pathPrefix(
                "sandboxes",
                () -> concat(
                        path(
                                segment().slash("pty"),
                                id -> post(() -> SandboxPaths.sandbox(id, sandbox -> open(origin, sandbox)))),
                        path(
                                segment().slash("pty").slash(segment()),
                                (id, session) -> concat(
                                        get(() -> SessionPaths.session(
                                                id, session, (sandbox, known) -> attach(origin, sandbox, known))),
                                        delete(() -> SessionPaths.session(
                                                id, session, (sandbox, known) -> hangUp(origin, sandbox, known))))),
                        path(
                                segment().slash("pty").slash(segment()).slash("resize"),
                                (id, session) -> post(() -> SessionPaths.session(
                                        id, session, (sandbox, known) -> resize(origin, sandbox, known))))));
    }

    /** The path that one SDK attaches at when its server's address does not end in {@code /api}. */
    Route withoutPrefix(Function<Function<Origin, Route>, Route> asked) {
        return path(
                segment("sandboxes").slash(segment()).slash("pty").slash(segment()),
                (id, session) -> asked.apply(origin -> get(
                        () -> SessionPaths.session(id, session, (sandbox, known) -> attach(origin, sandbox, known)))));
    }

    private Route open(Origin origin, SandboxId sandbox) {
        return bodies.json(body -> answers.outcome(
                sessions.open(origin, sandbox, SessionRequest.terminal(body)),
                session -> Answers.created(SessionJson.Terminal.of(session))));
    }

    private Route attach(Origin origin, SandboxId sandbox, SessionId session) {
        return webSockets.upgraded(upgrade -> onSuccess(
                sessions.attach(origin, sandbox, session, true),
                outcome -> complete(
                        Answers.response(outcome, attachment -> SessionSockets.terminal(upgrade, attachment)))));
    }

    private Route resize(Origin origin, SandboxId sandbox, SessionId session) {
        return bodies.json(body -> answers.outcome(
                sessions.act(origin, sandbox, new SessionAction.Resize(session, SessionRequest.size(body))),
                done -> Answers.ok(Map.of())));
    }

    private Route hangUp(Origin origin, SandboxId sandbox, SessionId session) {
        return answers.outcome(
                sessions.act(origin, sandbox, new SessionAction.HangUp(session)), done -> Answers.noContent());
    }
}
