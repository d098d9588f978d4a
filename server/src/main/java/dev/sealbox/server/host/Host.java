package dev.sealbox.server.host;

import dev.sealbox.domain.Unit;
import dev.sealbox.domain.egress.EgressGate;
import dev.sealbox.domain.egress.EgressPolicy;
import dev.sealbox.domain.egress.SandboxAddress;
import dev.sealbox.domain.egress.TrustAnchors;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.Launch;
import dev.sealbox.domain.sandbox.Registrar;
import dev.sealbox.domain.sandbox.SandboxMissing;
import dev.sealbox.domain.sandbox.SandboxRuntime;
import dev.sealbox.domain.sandbox.StartSandbox;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One machine that runs sandboxes: its containers and the gate that they go out by. Nothing leaves a container before
 * its policy has reached the gate. Thread-safe.
 */
public final class Host {
    private static final Logger log = LoggerFactory.getLogger(Host.class);

    /** For some minutes; a host that is still not answered then has other troubles. */
    private static final int ADOPTIONS = 60;

    private static final Executor LATER = CompletableFuture.delayedExecutor(5, TimeUnit.SECONDS);

    private final HostId id;
    private final SandboxRuntime runtime;
    private final EgressGate gate;
    private final TrustAnchors anchors;
    private final Map<SandboxId, SandboxAddress> addresses = new ConcurrentHashMap<>();

    public Host(HostId id, SandboxRuntime runtime, EgressGate gate, TrustAnchors anchors) {
        this.id = id;
        this.runtime = runtime;
        this.gate = gate;
        this.anchors = anchors;
    }

    public HostId id() {
        return id;
    }

    SandboxRuntime runtime() {
        return runtime;
    }

    CompletionStage<Unit> start(StartSandbox start) {
        var policy = start.policy();
        return anchors.certificate(policy.organization())
                .thenCompose(authority -> runtime.start(new Launch(
                        policy.sandbox(),
                        start.template(),
                        start.layers(),
                        start.limits(),
                        authority,
                        start.generation())))
                .thenCompose(address -> admit(address, policy));
    }

    CompletionStage<Unit> enforce(EgressPolicy policy) {
        var address = addresses.get(policy.sandbox());
        return address == null
                ? CompletableFuture.failedFuture(new SandboxMissing(policy.sandbox()))
                : gate.admit(address, policy).thenApply(admitted -> Unit.DONE);
    }

    private CompletionStage<Unit> admit(SandboxAddress address, EgressPolicy policy) {
        return gate.admit(address, policy).thenApply(admitted -> {
            addresses.put(address.sandbox(), address);
            return Unit.DONE;
        });
    }

    /**
     * Closes the gate, ends the container, and closes the gate again: a start that nobody waited for any longer may have
     * opened it meanwhile, and the next sandbox may get the same address.
     */
    CompletionStage<Unit> stop(SandboxId sandbox) {
        return expel(sandbox).thenCompose(expelled -> runtime.stop(sandbox)).thenCompose(stopped -> expel(sandbox));
    }

    private CompletionStage<Unit> expel(SandboxId sandbox) {
        addresses.remove(sandbox);
        return gate.expel(sandbox).thenApply(expelled -> Unit.DONE);
    }

    /** Takes over the containers that an earlier process left, and ends those that nobody knows. */
    public CompletionStage<Unit> adopt(Registrar registrar) {
        return runtime.running()
                .thenCompose(found -> all(found, address -> adoptOrRetry(registrar, address, ADOPTIONS)));
    }

    /** A sandbox that is not claimed in time has no way out until it is, so it is asked for again. */
    private CompletionStage<Unit> adoptOrRetry(Registrar registrar, SandboxAddress address, int attempts) {
        return adopt(registrar, address).exceptionally(failure -> {
            log.warn("{} is not adopted yet: {}", address.sandbox(), failure.toString());
            if (attempts > 1) {
                LATER.execute(() -> adoptOrRetry(registrar, address, attempts - 1));
            }
            return Unit.DONE;
        });
    }

    private CompletionStage<Unit> adopt(Registrar registrar, SandboxAddress address) {
        return registrar.claim(id, address.sandbox()).thenCompose(claim -> {
            if (claim.isEmpty()) {
                log.info("ending the container of {}, which does not belong here", address.sandbox());
                return stop(address.sandbox());
            }
            log.info("adopting {}", address.sandbox());
            return admit(address, claim.get());
        });
    }

    /** Ends every container, for a node that is configured not to keep them. */
    public CompletionStage<Unit> stopAll() {
        return runtime.running().thenCompose(found -> all(found, address -> stop(address.sandbox())));
    }

    /** One sandbox that cannot be dealt with must not keep the others from it. */
    private static CompletionStage<Unit> all(
            List<SandboxAddress> found, java.util.function.Function<SandboxAddress, CompletionStage<Unit>> act) {
        var acts = found.stream()
                .map(address -> act.apply(address).toCompletableFuture().exceptionally(failure -> {
                    log.warn("{}: {}", address.sandbox(), failure.toString());
                    return Unit.DONE;
                }))
                .toArray(CompletableFuture<?>[]::new);
        return CompletableFuture.allOf(acts).thenApply(done -> Unit.DONE);
    }
}
