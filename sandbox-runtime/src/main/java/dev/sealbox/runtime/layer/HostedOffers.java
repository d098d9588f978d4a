package dev.sealbox.runtime.layer;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.layer.HeldLayer;
import dev.sealbox.domain.layer.LayerOffers;
import dev.sealbox.domain.layer.PackedLayer;
import dev.sealbox.domain.layer.SetuidFiles;
import dev.sealbox.domain.layer.SharedLayer;
import dev.sealbox.domain.layer.Unpacked;
import dev.sealbox.runtime.layer.HostedLayers.Place;
import dev.sealbox.runtime.step.RuntimeFailure;
import dev.sealbox.runtime.storage.SandboxRecord.Base;
import dev.sealbox.runtime.storage.Store;
import java.io.InputStream;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * The layers of this host as others may have them. What is noted lies in the layer's own folder, and goes with it.
 *
 * @param store where they are
 * @param layers that packs and unpacks
 */
public record HostedOffers(Store store, HostedLayers layers) implements LayerOffers {
    private static final String STEP = "storage";
    private static final String FROM_ANOTHER_HOST = "another host";

    @Override
    public boolean has(CheckpointId layer) {
        return store.sizeOf(layer).isPresent();
    }

    @Override
    public Optional<HeldLayer> held(CheckpointId layer) {
        var notes = store.notes(layer);
        return store.baseOn(layer)
                .map(base -> new HeldLayer(
                        layer,
                        notes.owner(),
                        // The newest of what a disk on it stands on is the layer itself.
                        base.layers().stream().skip(1).map(CheckpointId::parse).toList()));
    }

    @Override
    public void offer(CheckpointId layer, OrganizationId owner) {
        store.baseOn(layer)
                .ifPresent(base -> base.layers()
                        .forEach(each -> store.notes(CheckpointId.parse(each)).own(owner)));
    }

    @Override
    public void offerAway(CheckpointId layer, OrganizationId owner) {
        store.notes(layer).markPassing();
        offer(layer, owner);
    }

    @Override
    public void lend(CheckpointId layer, SandboxId sandbox) {
        store.notes(layer).lend(sandbox);
    }

    @Override
    public Map<CheckpointId, SandboxId> lent() {
        var lent = new HashMap<CheckpointId, SandboxId>();
        store.layers().forEach(layer -> store.notes(layer).lentOf().ifPresent(of -> lent.put(layer, of)));
        return lent;
    }

    @Override
    public Set<CheckpointId> present() {
        return store.layers();
    }

    @Override
    public List<SharedLayer> unshared() {
        return store.bases().entrySet().stream()
                // What stands on others has more below it than any of them.
                .sorted(Comparator.comparingInt(
                        entry -> entry.getValue().layers().size()))
                .filter(entry -> !store.notes(entry.getKey()).isShared())
                .flatMap(entry -> store
                        .notes(entry.getKey())
                        .owner()
                        .map(owner -> new SharedLayer(entry.getKey(), owner, below(entry.getValue())))
                        .stream())
                .toList();
    }

    private static List<CheckpointId> below(Base base) {
        return base.layers().stream().map(CheckpointId::parse).toList();
    }

    @Override
    public SharedLayer about(CheckpointId layer) {
        var base = store.bases().get(layer);
        var owner = store.notes(layer).owner();
        if (base == null || owner.isEmpty()) {
            throw new RuntimeFailure(STEP, "checkpoint " + layer + " is not on this host, or was not offered");
        }
        return new SharedLayer(layer, owner.get(), below(base));
    }

    @Override
    public void markShared(CheckpointId layer) {
        var notes = store.notes(layer);
        // In this order: one that is noted as shared is never asked about again.
        if (notes.isPassing()) {
            store.condemn(layer);
        }
        notes.markShared();
    }

    @Override
    public CompletionStage<PackedLayer> pack(CheckpointId layer) {
        return layers.spool(List.of(layer));
    }

    /** What a host of this deployment has packed was its sandbox's own before, programs that give rights included. */
    @Override
    public CompletionStage<Outcome<Unpacked>> receive(HeldLayer layer, InputStream packed) {
        layer.below().forEach(store::layer);
        var place = new Place(FROM_ANOTHER_HOST, layer.below(), SetuidFiles.KEEP, Long.MAX_VALUE);
        return layers.unpack(layer.layer(), place, packed)
                .thenApply(outcome -> outcome.map(unpacked -> {
                    var notes = store.notes(layer.layer());
                    layer.organization().ifPresent(notes::own);
                    notes.markReceived();
                    notes.markShared();
                    return unpacked;
                }));
    }

    @Override
    public List<CheckpointId> received() {
        return store.bases().keySet().stream()
                .filter(layer -> store.notes(layer).isReceived())
                .toList();
    }

    @Override
    public void release(CheckpointId layer) {
        store.condemn(layer);
    }

    @Override
    public Runnable hold(Collection<CheckpointId> held) {
        return store.hold(held);
    }
}
