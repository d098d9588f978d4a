package dev.sealbox.persistence.service;

import dev.sealbox.domain.egress.EgressPolicy;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.Claim;
import dev.sealbox.domain.sandbox.HibernationCause;
import dev.sealbox.domain.sandbox.Registrar;
import dev.sealbox.domain.sandbox.Sandbox;
import dev.sealbox.domain.sandbox.SandboxCommand;
import dev.sealbox.domain.sandbox.SandboxRefusal;
import dev.sealbox.domain.sandbox.Stay;
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
                .thenApply(reply -> switch (reply) {
                    case SandboxReply.Policed(var known, var policy) -> claimed(host, known, policy);
                    case SandboxReply.Refused(SandboxRefusal.NoSuchSandbox none) -> new Claim.Unknown();
                    default -> new Claim.Foreign();
                });
    }

    @Override
    public CompletionStage<Stay> stay(HostId host, SandboxId sandbox) {
        return asked(() -> entities.sandbox(sandbox, settings.askTimeout(), SandboxMessage.ReadAsSystem::new))
                .thenApply(
                        reply -> reply instanceof SandboxReply.Done(var known) ? Stay.of(known, host) : Stay.UNKNOWN);
    }

    private static Claim claimed(HostId host, Sandbox sandbox, EgressPolicy policy) {
        return switch (Stay.of(sandbox, host)) {
            case LEFT -> new Claim.Foreign();
            // Its disk may be needed yet.
            case LEAVING, SLEEPS, ONLY_HERE -> new Claim.Sleeps();
            case UNKNOWN, BUSY, RUNS ->
                sandbox.stage() == Sandbox.Stage.HIBERNATING
                        ? new Claim.Sleeps()
                        : new Claim.Runs(policy, sandbox.terms());
        };
    }

    @Override
    public CompletionStage<Boolean> idle(HostId host, SandboxId sandbox, int timeoutSeconds) {
        return from(host, sandbox, new SandboxCommand.HibernateIdle(timeoutSeconds), settings.askTimeout())
                .thenApply(reply -> reply instanceof SandboxReply.Done(var known)
                        && (known.stage() == Sandbox.Stage.HIBERNATING || known.stage() == Sandbox.Stage.HIBERNATED));
    }

    @Override
    public CompletionStage<Void> hibernate(HostId host, SandboxId sandbox) {
        var command = new SandboxCommand.HibernateSandbox(HibernationCause.SHUTDOWN);
        return from(host, sandbox, command, settings.stopTimeout()).thenAccept(reply -> {});
    }

    @Override
    public CompletionStage<Void> fit(HostId host, SandboxId sandbox, int memoryMB) {
        return from(host, sandbox, new SandboxCommand.FitSize(memoryMB), settings.askTimeout())
                .thenAccept(reply -> {});
    }

    /** The host does not know whose the sandbox is, but the sandbox does. */
    private CompletionStage<SandboxReply> from(
            HostId host, SandboxId sandbox, SandboxCommand command, Duration patience) {
        return asked(() -> entities.sandbox(
                sandbox, patience, replyTo -> new SandboxMessage.ExecuteAsSystem(command, Optional.of(host), replyTo)));
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
