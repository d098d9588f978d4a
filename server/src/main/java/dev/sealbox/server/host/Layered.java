package dev.sealbox.server.host;

import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.layer.LayerOffers;
import dev.sealbox.domain.layer.LayerStore;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Starts on layers that may have to be fetched first. A stop meanwhile calls such a start off: nobody would end its
 * container. Thread-safe.
 */
public final class Layered implements AutoCloseable {
    /** Who gave up while a large layer was fetched comes again. */
    private static final Duration KEPT_UNUSED = Duration.ofMinutes(10);

    private final Optional<LayerExchange> exchange;
    private final Optional<LayerSharing> sharing;
    private final Map<SandboxId, Object> waiting = new ConcurrentHashMap<>();

    private Layered(Optional<LayerExchange> exchange, Optional<LayerSharing> sharing) {
        this.exchange = exchange;
        this.sharing = sharing;
    }

    /** For hosts that share nothing. */
    public static Layered alone() {
        return new Layered(Optional.empty(), Optional.empty());
    }

    /**
     * For hosts that share layers by {@code store}.
     *
     * @param retryAfter until a store that failed is asked again
     */
    public static Layered over(LayerOffers layers, LayerStore store, Duration retryAfter) {
        // Fetched by an earlier process for sandboxes that may never have come to be.
        layers.received().forEach(layers::release);
        var sharing = LayerSharing.start(layers, store, retryAfter);
        return new Layered(Optional.of(new LayerExchange(layers, store, sharing)), Optional.of(sharing));
    }

    /** Others may need it; {@code owner} is empty for what nobody is known to have. */
    void offer(CheckpointId layer, Optional<OrganizationId> owner) {
        owner.ifPresent(known -> exchange.ifPresent(others -> others.offer(layer, known)));
    }

    /** Whether others can have layers of this host. */
    boolean shares() {
        return exchange.isPresent();
    }

    /** Others are to have it, and then this host needs it no more. */
    void offerAway(CheckpointId layer, OrganizationId owner) {
        exchange.ifPresent(others -> others.offerAway(layer, owner));
    }

    /** {@code start}, when these layers are here, newest first. */
    <T> CompletionStage<T> start(SandboxId sandbox, List<CheckpointId> layers, Supplier<CompletionStage<T>> start) {
        if (exchange.isEmpty() || exchange.get().has(layers)) {
            return start.get();
        }
        var others = exchange.get();
        var ticket = new Object();
        waiting.put(sandbox, ticket);
        return others.fetch(layers).thenCompose(fetched -> {
            var begun = waiting.remove(sandbox, ticket)
                    ? start.get()
                    : CompletableFuture.<T>failedFuture(
                            new HostFailure("the sandbox was stopped while its files were fetched"));
            return begun.whenComplete((started, failure) -> {
                if (failure == null) {
                    others.release(fetched);
                } else {
                    CompletableFuture.delayedExecutor(KEPT_UNUSED.toSeconds(), TimeUnit.SECONDS)
                            .execute(() -> others.release(fetched));
                }
            });
        });
    }

    /** The sandbox is to be stopped: a start of it that waits does not begin. */
    void callOff(SandboxId sandbox) {
        waiting.remove(sandbox);
    }

    @Override
    public void close() {
        sharing.ifPresent(LayerSharing::close);
    }
}
