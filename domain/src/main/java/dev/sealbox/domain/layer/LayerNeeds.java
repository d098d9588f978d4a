package dev.sealbox.domain.layer;

import dev.sealbox.domain.identity.CheckpointId;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** Port: which layers somebody still needs, as the events have it. Thread-safe; fails rather than leaves one out. */
@FunctionalInterface
public interface LayerNeeds {

    /** Of these the ones that must stay, for themselves or because something that must stay stands on them. */
    CompletionStage<Set<CheckpointId>> among(Collection<SharedLayer> kept);
}
