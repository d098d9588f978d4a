package dev.sealbox.persistence.audit;

import dev.sealbox.domain.audit.Flaw;
import dev.sealbox.domain.audit.Flaw.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** What a verification has found so far: the first findings and the number of the others. */
final class Findings implements Consumer<Flaw> {
    private static final int KEPT = 1_000;
    private static final Set<Kind> EXPLAINING =
            Set.of(Kind.CHANGED, Kind.REMOVED, Kind.REORDERED, Kind.INSERTED, Kind.TRUNCATED);

    private final List<Flaw> kept = new ArrayList<>();
    private final Set<String> explained = new HashSet<>();
    private long omitted;

    @Override
    public void accept(Flaw flaw) {
        if (kept.size() < KEPT) {
            kept.add(flaw);
            if (EXPLAINING.contains(flaw.kind())) {
                explained.add(flaw.entity());
            }
        } else {
            omitted++;
        }
    }

    /** Whether it was found what happened to an entity's events, so that a head that knows better is no news. */
    boolean explain(String entity) {
        return explained.contains(entity);
    }

    List<Flaw> kept() {
        return List.copyOf(kept);
    }

    long omitted() {
        return omitted;
    }
}
