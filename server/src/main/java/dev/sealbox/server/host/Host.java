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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One machine that runs sandboxes: its containers and the gate that they go out by. Nothing leaves a container before
 * its policy has reached the gate. Thread-safe.
 */
public final class Host {
    private static final Logger log = LoggerFactory.getLogger(Host.class);

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
                .thenCompose(authority -> runtime.start(
                        new Launch(policy.sandbox(), start.template(), start.layers(), start.limits(), authority)))
                .thenCompose(address -> admit(address, policy));
    }

    CompletionStage<Unit> enforce(EgressPolicy policy) {
        var address = addresses.get(policy.sandbox());
        return address == null
                ? CompletableFuture.failedFuture(new SandboxMissing(policy.sandbox()))
                : admit(address, policy);
    }

    private CompletionStage<Unit> admit(SandboxAddress address, EgressPolicy policy) {
        return gate.admit(address, policy).thenApply(admitted -> {
            addresses.put(address.sandbox(), address);
            return Unit.DONE;
        });
    }

    CompletionStage<Unit> stop(SandboxId sandbox) {
        addresses.remove(sandbox);
        return gate.expel(sandbox)
                .thenCompose(expelled -> runtime.stop(sandbox))
                .thenApply(stopped -> Unit.DONE);
    }

    /** Takes over the containers that an earlier process left, and ends those that nobody knows. */
    public CompletionStage<Unit> adopt(Registrar registrar) {
        return runtime.running().thenCompose(found -> all(found, address -> adopt(registrar, address)));
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
