package dev.sealbox.persistence.audit;

import dev.sealbox.domain.audit.Flaw;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** What a verification has found so far: the first findings and the number of the others. */
final class Findings implements Consumer<Flaw> {
    private static final int KEPT = 1_000;

    private final List<Flaw> kept = new ArrayList<>();
    private final Set<String> entities = new HashSet<>();
    private long omitted;

    @Override
    public void accept(Flaw flaw) {
        if (kept.size() < KEPT) {
            kept.add(flaw);
            entities.add(flaw.entity());
        } else {
            omitted++;
        }
    }

    /** Whether something was found about an entity; not known for those whose findings were omitted. */
    boolean concern(String entity) {
        return entities.contains(entity);
    }

    List<Flaw> kept() {
        return List.copyOf(kept);
    }

    long omitted() {
        return omitted;
    }
}
