package dev.sealbox.persistence.entity;

import dev.sealbox.domain.Unit;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.sandbox.Sandbox;
import dev.sealbox.domain.sandbox.SandboxHosts;
import dev.sealbox.domain.sandbox.StoreLayer;
import dev.sealbox.domain.store.StoreView;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** What a sandbox's entity asks of its stores and its organisation: a bond, at first, and in the end to be let go. */
final class SandboxStores {
    private final SandboxId id;
    private final Neighbours neighbours;
    private final SandboxHosts hosts;

    SandboxStores(SandboxId id, Neighbours neighbours, SandboxHosts hosts) {
        this.id = id;
        this.neighbours = neighbours;
        this.hosts = hosts;
    }

    /** What its stores are now; they tell it of their changes from then on. Empty for one that is not there. */
    CompletionStage<Map<StoreId, Optional<StoreView>>> views(Sandbox sandbox) {
        var views = new ConcurrentHashMap<StoreId, Optional<StoreView>>();
        var all = sandbox.stack().stores().stream()
                .map(StoreLayer::store)
                .map(store -> neighbours
                        .bind(sandbox.organization(), store, id)
                        .thenAccept(reply -> views.put(store, view(store, reply)))
                        .toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new);
        return CompletableFuture.allOf(all).thenApply(done -> Map.copyOf(views));
    }

    private static Optional<StoreView> view(StoreId store, StoreReply reply) {
        return switch (reply) {
            case StoreReply.Done(var state, var refreshed) -> Optional.of(state.view(store));
            case StoreReply.Refused(var reason) -> Optional.empty();
        };
    }

    /**
     * Ends the container, then lets the stores and the place in the organisation go.
     *
     * @param anyway also when the container cannot be ended
     */
    CompletionStage<Unit> letGo(Sandbox sandbox, boolean anyway) {
        return sandbox.host()
                .map(host -> hosts.stop(host, id))
                .orElseGet(() -> CompletableFuture.completedFuture(Unit.DONE))
                .handle((done, failure) ->
                        failure == null || anyway ? leave(sandbox) : CompletableFuture.<Unit>failedFuture(failure))
                .thenCompose(leaving -> leaving);
    }

    private CompletableFuture<Unit> leave(Sandbox sandbox) {
        var unbound = sandbox.stack().stores().stream()
                .map(layer -> neighbours
                        .unbind(sandbox.organization(), layer.store(), id)
                        .toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new);
        return CompletableFuture.allOf(unbound)
                .thenCompose(done -> neighbours.release(sandbox.organization(), id))
                .thenApply(reply -> Unit.DONE);
    }
}
