package dev.sealbox.persistence.service;

import dev.sealbox.domain.egress.EgressPolicy;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.Claim;
import dev.sealbox.domain.sandbox.HibernationCause;
import dev.sealbox.domain.sandbox.Registrar;
import dev.sealbox.domain.sandbox.Sandbox;
import dev.sealbox.domain.sandbox.SandboxCommand;
import dev.sealbox.persistence.entity.Entities;
import dev.sealbox.persistence.entity.SandboxMessage;
import dev.sealbox.persistence.entity.SandboxReply;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Tells a host that comes back which of its containers still belong there, by asking their entities. */
public final class ShardedRegistrar implements Registrar {
    private final Entities entities;
    private final ServiceSettings settings;

    public ShardedRegistrar(Entities entities, ServiceSettings settings) {
        this.entities = entities;
        this.settings = settings;
    }

    @Override
    public CompletionStage<Claim> claim(HostId host, SandboxId sandbox) {
        return asked(() -> entities.sandbox(sandbox, settings.readyTimeout(), SandboxMessage.ReadPolicy::new))
                .thenApply(reply -> reply instanceof SandboxReply.Policed(var known, var policy)
                                && known.host().equals(Optional.of(host))
                        ? belonging(known, policy)
                        : new Claim.Foreign());
    }

    @Override
    public CompletionStage<Boolean> hasLeft(HostId host, SandboxId sandbox) {
        return asked(() -> entities.sandbox(sandbox, settings.askTimeout(), SandboxMessage.ReadAsSystem::new))
                .thenApply(reply -> reply instanceof SandboxReply.Done(var known)
                        && !(known.mayRun() && known.host().equals(Optional.of(host))));
    }

    private static Claim belonging(Sandbox sandbox, EgressPolicy policy) {
        return switch (sandbox.stage()) {
            case HIBERNATING, HIBERNATED -> new Claim.Sleeps();
            default -> new Claim.Runs(policy, sandbox.terms());
        };
    }

    @Override
    public CompletionStage<Boolean> idle(SandboxId sandbox, int timeoutSeconds) {
        return asSystem(sandbox, new SandboxCommand.HibernateIdle(timeoutSeconds), settings.askTimeout())
                .thenApply(reply -> reply instanceof SandboxReply.Done(var known)
                        && (known.stage() == Sandbox.Stage.HIBERNATING || known.stage() == Sandbox.Stage.HIBERNATED));
    }

    @Override
    public CompletionStage<Void> hibernate(SandboxId sandbox) {
        return asSystem(sandbox, new SandboxCommand.HibernateSandbox(HibernationCause.SHUTDOWN), settings.stopTimeout())
                .thenAccept(reply -> {});
    }

    @Override
    public CompletionStage<Void> fit(SandboxId sandbox, int memoryMB) {
        return asSystem(sandbox, new SandboxCommand.FitSize(memoryMB), settings.askTimeout())
                .thenAccept(reply -> {});
    }

    /** The host does not know whose the sandbox is, but the sandbox does. */
    private CompletionStage<SandboxReply> asSystem(SandboxId sandbox, SandboxCommand command, Duration patience) {
        return asked(() ->
                entities.sandbox(sandbox, patience, replyTo -> new SandboxMessage.ExecuteAsSystem(command, replyTo)));
    }

    private static CompletionStage<SandboxReply> asked(Supplier<CompletionStage<SandboxReply>> question) {
        try {
            return question.get();
        } catch (IllegalStateException | IllegalArgumentException e) {
            // The host is faster than the entities of this node.
            return CompletableFuture.failedFuture(e);
        }
    }
}
