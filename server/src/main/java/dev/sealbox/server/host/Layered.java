package dev.sealbox.server.host;

import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.layer.HeldLayer;
import dev.sealbox.domain.layer.LayerOffers;
import dev.sealbox.domain.layer.LayerStore;
import dev.sealbox.domain.sandbox.SandboxHosts;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Starts on layers that may have to be fetched first. A stop meanwhile calls such a start off: nobody would end its
 * container. Thread-safe.
 */
public final class Layered implements AutoCloseable {
    /** Who gave up while a large layer was fetched comes again. */
    private static final Duration KEPT_UNUSED = Duration.ofMinutes(10);

    /** What this host has to do with the layers of others. */
    private record Dealings(LayerExchange exchange, LayerServing serving, Optional<LayerSharing> sharing) {}

    private final Optional<Dealings> others;
    private final Map<SandboxId, Object> waiting = new ConcurrentHashMap<>();

    private Layered(Optional<Dealings> others) {
        this.others = others;
    }

    /** For a host that has nothing to do with any other. */
    public static Layered alone() {
        return new Layered(Optional.empty());
    }

    /**
     * For hosts that share layers by {@code store}, if there is one, and have from each other what is not there. The store
     * comes first: what it has is packed already, and takes nothing from those who run sandboxes.
     *
     * @param retryAfter until a store that failed is asked again
     */
    public static Layered over(
            LayerOffers layers, Optional<? extends LayerStore> store, LayerSource peers, Duration retryAfter) {
        // Fetched by an earlier process for sandboxes that may never have come to be.
        layers.received().forEach(layers::release);
        var threads = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("layer-exchange-", 0).factory());
        var sources = Stream.concat(store.map(LayerSource::of).stream(), Stream.of(peers))
                .toList();
        return new Layered(Optional.of(new Dealings(
                new LayerExchange(layers, sources, threads),
                new LayerServing(layers, threads),
                store.map(known -> LayerSharing.start(layers, known, retryAfter)))));
    }

    private Optional<LayerSharing> sharing() {
        return others.flatMap(Dealings::sharing);
    }

    /** Others may need it; {@code owner} is empty for what nobody is known to have. */
    void offer(CheckpointId layer, Optional<OrganizationId> owner) {
        owner.ifPresent(known -> sharing().ifPresent(sharing -> sharing.offer(layer, known)));
    }

    /** Whether layers of this host outlast it. */
    boolean shares() {
        return sharing().isPresent();
    }

    /** Others are to have it: the layer store, or who asks this host. Then it is needed here no more. */
    void keepForOthers(SandboxHosts.Image image, SandboxId sandbox) {
        sharing()
                .ifPresentOrElse(
                        sharing -> sharing.offerAway(image.layer(), image.owner()),
                        () -> others.ifPresent(known -> known.serving().lend(image.layer(), sandbox)));
    }

    /** A layer that is here, for another host. */
    CompletionStage<Optional<HeldLayer>> held(CheckpointId layer) {
        return others.map(known -> known.serving().held(layer))
                .orElseGet(() -> CompletableFuture.completedFuture(Optional.empty()));
    }

    /** Such a layer as it is packed, or the rest of it; the caller closes the stream. */
    CompletionStage<LayerServing.Given> packed(CheckpointId layer, Optional<HostMessage.Rest> rest) {
        return others.map(known -> known.serving().packed(layer, rest))
                .orElseGet(() -> CompletableFuture.failedFuture(new HostFailure("the host gives no layers to others")));
    }

    /** {@code start}, when these layers are here, newest first; they stay until it has come to its end. */
    <T> CompletionStage<T> start(SandboxId sandbox, List<CheckpointId> layers, Supplier<CompletionStage<T>> start) {
        var ticket = new Object();
        waiting.put(sandbox, ticket);
        return using(
                        layers,
                        () -> waiting.remove(sandbox, ticket)
                                ? start.get()
                                : CompletableFuture.failedFuture(
                                        new HostFailure("the sandbox was stopped while its files were fetched")))
                .whenComplete((started, failure) -> waiting.remove(sandbox, ticket));
    }

    /** {@code use} of these layers, newest first, which are fetched where they are missing and stay until it is over. */
    <T> CompletionStage<T> using(List<CheckpointId> layers, Supplier<CompletionStage<T>> use) {
        if (others.isEmpty()) {
            return use.get();
        }
        var exchange = others.get().exchange();
        return exchange.here(layers)
                .thenCompose(here -> begun(use).whenComplete((used, failure) -> {
                    if (failure == null) {
                        exchange.release(here.fetched());
                    } else {
                        CompletableFuture.delayedExecutor(KEPT_UNUSED.toSeconds(), TimeUnit.SECONDS)
                                .execute(() -> exchange.release(here.fetched()));
                    }
                    here.hold().run();
                }));
    }

    /** What fails at once as well. */
    private static <T> CompletionStage<T> begun(Supplier<CompletionStage<T>> use) {
        try {
            return use.get();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** The sandbox is to be stopped: a start of it that waits does not begin. */
    void callOff(SandboxId sandbox) {
        waiting.remove(sandbox);
    }

    @Override
    public void close() {
        others.ifPresent(known -> known.serving().close());
        sharing().ifPresent(LayerSharing::close);
    }
}
