package dev.sealbox.domain.layer;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import java.io.InputStream;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * Port: the layers of this host as it shares them with others. Thread-safe; what is noted outlasts this process. A stage
 * fails with an exception whose message names the step.
 */
public interface LayerOffers {

    boolean has(CheckpointId layer);

    /** The layer as other hosts can have it from this one; empty when it is not here. */
    Optional<HeldLayer> held(CheckpointId layer);

    /**
     * Notes that others may need this layer, and what it stands on: that has the same owner where nothing else is known.
     * Repeating it is harmless; a layer that is not here is none.
     */
    void offer(CheckpointId layer, OrganizationId owner);

    /** As {@link #offer} of a layer that this host needs no more once others have it. */
    void offerAway(CheckpointId layer, OrganizationId owner);

    /** Notes that other hosts may have this layer from here until nobody needs this sandbox's disk here any more. */
    void lend(CheckpointId layer, SandboxId sandbox);

    /** What is lent, and of which sandbox. */
    Map<CheckpointId, SandboxId> lent();

    /** Every layer that is here. */
    Set<CheckpointId> present();

    /** What was offered and is not {@link #markShared} yet, each behind what it stands on. */
    List<SharedLayer> unshared();

    /** As it was offered. */
    SharedLayer about(CheckpointId layer);

    /** Others have it now; what was {@link #offerAway} goes. */
    void markShared(CheckpointId layer);

    /** Packs a layer, wholly. The caller closes it. */
    CompletionStage<PackedLayer> pack(CheckpointId layer);

    /**
     * Makes a layer as another host has packed it, on top of what it stands on, which must be here. Reads {@code packed}
     * on a thread of its own and closes it. A layer that is there already stays as it is.
     */
    CompletionStage<Outcome<Unpacked>> receive(HeldLayer layer, InputStream packed);

    /** The layers that this host has from others. */
    List<CheckpointId> received();

    /** Lets a layer go that was received or lent, when nothing stands on it any more and nobody {@link #hold holds} it. */
    void release(CheckpointId layer);

    /**
     * Keeps layers, and what they stand on, from going, for somebody who is about to use them: until the answer is run, or
     * this process ends. Those that are not here yet stay when they have come.
     */
    Runnable hold(Collection<CheckpointId> layers);
}
