package dev.sealbox.server.host;

import dev.sealbox.domain.Unit;
import dev.sealbox.domain.egress.SandboxAddress;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.Claim;
import dev.sealbox.domain.sandbox.Registrar;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a host comes to what runs on it already: containers of an earlier process, and policies that it may have missed. It
 * believes nobody but the sandboxes' own entities. Thread-safe.
 */
final class Adoption {
    private static final Logger log = LoggerFactory.getLogger(Adoption.class);

    /** For some minutes; a host that is still not answered then has other troubles. */
    private static final int ATTEMPTS = 60;

    private static final Executor LATER = CompletableFuture.delayedExecutor(5, TimeUnit.SECONDS);

    private final Host host;
    private final Set<SandboxId> unclaimed = ConcurrentHashMap.newKeySet();
    private volatile CompletableFuture<Unit> adopted = CompletableFuture.completedFuture(Unit.DONE);

    Adoption(Host host) {
        this.host = host;
    }

    /** Complete when nothing is to be adopted any more. */
    CompletionStage<Unit> done() {
        return adopted;
    }

    /** Until {@link #adopt} is done nothing begins here and nothing is left here: there may be more than is known. */
    void expect() {
        adopted = new CompletableFuture<>();
        host.capacity().adopting(true);
    }

    /** Takes over the containers that an earlier process left, and ends those that nobody knows. */
    CompletionStage<Unit> adopt(Registrar registrar) {
        return host.runtime()
                .running()
                .thenCompose(found -> {
                    found.forEach(address -> unclaimed.add(address.sandbox()));
                    return Host.all(found, address -> adoptOrRetry(registrar, address, ATTEMPTS));
                })
                .thenApply(done -> {
                    openIfClaimed();
                    adopted.complete(done);
                    openIfClaimed();
                    return done;
                });
    }

    private void claimed(SandboxId sandbox) {
        unclaimed.remove(sandbox);
        if (adopted.isDone()) {
            openIfClaimed();
        }
    }

    private void openIfClaimed() {
        if (unclaimed.isEmpty()) {
            host.capacity().adopting(false);
        }
    }

    /** A sandbox that is not claimed in time has no way out until it is, so it is asked for again. */
    private CompletionStage<Unit> adoptOrRetry(Registrar registrar, SandboxAddress address, int attempts) {
        return Host.begun(() -> adopt(registrar, address))
                .thenApply(done -> {
                    claimed(address.sandbox());
                    return done;
                })
                .exceptionally(failure -> {
                    log.warn("{} is not adopted yet: {}", address.sandbox(), failure.toString());
                    if (attempts > 1) {
                        LATER.execute(() -> adoptOrRetry(registrar, address, attempts - 1));
                    } else {
                        claimed(address.sandbox());
                    }
                    return Unit.DONE;
                });
    }

    private CompletionStage<Unit> adopt(Registrar registrar, SandboxAddress address) {
        return registrar.claim(host.id(), address.sandbox()).thenCompose(claim -> switch (claim) {
            case Claim.Foreign elsewhere -> cleared(address.sandbox());
            case Claim.Unknown unknown -> cleared(address.sandbox());
            case Claim.Sleeps() -> {
                log.info("ending the container of {}, which is hibernated", address.sandbox());
                yield host.hibernate(address.sandbox(), true).thenApply(kept -> Unit.DONE);
            }
            case Claim.Runs(var policy, var terms) -> {
                log.info("adopting {}", address.sandbox());
                yield host.takeOver(address, policy, terms);
            }
        });
    }

    private CompletionStage<Unit> cleared(SandboxId sandbox) {
        log.info("ending the container of {}, which does not belong here", sandbox);
        return host.stop(sandbox);
    }

    /**
     * Asks every sandbox that runs here for its policy, as after a time in which changes may have been missed. Complete when
     * each has the present one, or was ended; one that cannot be asked has no way out until it can.
     */
    CompletionStage<Unit> catchUp(Registrar registrar) {
        return Host.all(
                host.addresses(),
                address -> Host.begun(() -> caughtUp(registrar, address))
                        .exceptionallyCompose(failure -> host.shut(address.sandbox())
                                .thenCompose(expelled -> {
                                    log.warn(
                                            "{} has no way out until it can be asked: {}",
                                            address.sandbox(),
                                            failure.toString());
                                    LATER.execute(() -> adoptOrRetry(registrar, address, ATTEMPTS));
                                    return CompletableFuture.completedFuture(Unit.DONE);
                                })));
    }

    private CompletionStage<Unit> caughtUp(Registrar registrar, SandboxAddress address) {
        var sandbox = address.sandbox();
        // The others wait for it, without their secrets.
        var asked =
                registrar.claim(host.id(), sandbox).toCompletableFuture().copy().orTimeout(10, TimeUnit.SECONDS);
        return asked.thenCompose(claim -> switch (claim) {
            case Claim.Runs(var policy, var terms) -> host.admit(address, policy);
            case Claim.Sleeps() -> host.hibernate(sandbox, true).thenApply(kept -> Unit.DONE);
            case Claim.Unknown() when host.builds(sandbox) -> CompletableFuture.completedFuture(Unit.DONE);
            case Claim.Unknown unknown -> host.stop(sandbox);
            case Claim.Foreign elsewhere -> host.stop(sandbox);
        });
    }
}
