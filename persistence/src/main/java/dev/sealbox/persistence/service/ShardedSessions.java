package dev.sealbox.persistence.service;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.session.Attachment;
import dev.sealbox.domain.session.NewSession;
import dev.sealbox.domain.session.SessionAction;
import dev.sealbox.domain.session.SessionHosts;
import dev.sealbox.domain.session.SessionId;
import dev.sealbox.domain.session.SessionView;
import dev.sealbox.domain.session.Sessions;
import dev.sealbox.persistence.entity.Entities;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/** Sessions as their people see them. No entity knows of them: they live and end on the sandbox's host. */
public final class ShardedSessions implements Sessions {
    private final SessionHosts hosts;
    private final RunningSandboxes running;
    private final Commands commands;

    public ShardedSessions(Entities entities, SessionHosts hosts, ServiceSettings settings) {
        this.hosts = hosts;
        this.running = new RunningSandboxes(entities, settings);
        this.commands = new Commands(entities, settings);
    }

    @Override
    public CompletionStage<Outcome<SessionView>> open(Origin origin, SandboxId sandbox, NewSession wanted) {
        return running.with(
                origin,
                sandbox,
                (host, known) -> commands.of(sandbox, known, wanted.run())
                        .thenCompose(made -> made.then(command -> hosts.act(
                                host,
                                sandbox,
                                new SessionAction.Open(new SessionId(UUID.randomUUID()), wanted, command)))));
    }

    @Override
    public CompletionStage<Outcome<SessionView>> act(Origin origin, SandboxId sandbox, SessionAction action) {
        return running.with(origin, sandbox, (host, known) -> hosts.act(host, sandbox, action));
    }

    @Override
    public CompletionStage<Outcome<List<SessionView>>> list(Origin origin, SandboxId sandbox) {
        return running.with(
                origin, sandbox, (host, known) -> hosts.sessions(host, sandbox).thenApply(Outcome::done));
    }

    @Override
    public CompletionStage<Outcome<Attachment>> attach(
            Origin origin, SandboxId sandbox, SessionId session, boolean terminal) {
        return running.with(origin, sandbox, (host, known) -> hosts.attach(host, sandbox, session, terminal));
    }
}
