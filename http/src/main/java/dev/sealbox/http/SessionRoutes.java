package dev.sealbox.http;

import static akka.http.javadsl.server.Directives.complete;
import static akka.http.javadsl.server.Directives.concat;
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

/**
 * {@code /api/sandboxes/{sandbox}/exec}: POST starts a command in a session, GET lists; {@code /{session}}: GET attaches
 * by WebSocket; {@code /{session}/kill}: POST sends a signal.
 */
final class SessionRoutes {
    private final Sessions sessions;
    private final WebSockets webSockets;
    private final Bodies bodies;
    private final Answers answers;

    SessionRoutes(Sessions sessions, WebSockets webSockets, Bodies bodies, Answers answers) {
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
                                segment().slash("exec"),
                                id -> concat(
                                        post(() -> SandboxPaths.sandbox(id, sandbox -> start(origin, sandbox))),
                                        get(() -> SandboxPaths.sandbox(id, sandbox -> list(origin, sandbox))))),
                        path(
                                segment().slash("exec").slash(segment()),
                                (id, session) -> get(() -> SessionPaths.session(
                                        id, session, (sandbox, known) -> attach(origin, sandbox, known)))),
                        path(
                                segment().slash("exec").slash(segment()).slash("kill"),
                                (id, session) -> post(() -> SessionPaths.session(
                                        id, session, (sandbox, known) -> kill(origin, sandbox, known))))));
    }

    private Route start(Origin origin, SandboxId sandbox) {
        return bodies.json(body -> answers.outcome(
                sessions.open(origin, sandbox, SessionRequest.command(body)),
                session -> Answers.created(SessionJson.Command.of(session))));
    }

    /** Terminals are not among them: they cannot be attached to here. */
    private Route list(Origin origin, SandboxId sandbox) {
        return answers.outcome(
                sessions.list(origin, sandbox),
                all -> Answers.ok(all.stream()
                        .filter(session -> !session.terminal())
                        .map(SessionJson.Command::of)
                        .toList()));
    }

    private Route attach(Origin origin, SandboxId sandbox, SessionId session) {
        return webSockets.upgraded(upgrade -> onSuccess(
                sessions.attach(origin, sandbox, session, false),
                outcome -> complete(
                        Answers.response(outcome, attachment -> SessionSockets.command(upgrade, attachment)))));
    }

    private Route kill(Origin origin, SandboxId sandbox, SessionId session) {
        return bodies.json(body -> answers.outcome(
                sessions.act(origin, sandbox, new SessionAction.Signal(session, SessionRequest.signal(body))),
                done -> Answers.ok(Map.of())));
    }
}
