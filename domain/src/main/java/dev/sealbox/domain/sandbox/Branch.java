package dev.sealbox.domain.sandbox;

import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What checkpoints and their keepers have made of a sandbox.
 *
 * @param generation how often it was put back to a checkpoint
 * @param patches the numbers of the patches of its origin that have run in it
 * @param patchError why the last patch failed; empty when none did
 * @param revoked whether its secrets were taken away for good
 * @param widening what its last store has widened when it was forked
 */
public record Branch(
        int generation, Set<Integer> patches, String patchError, boolean revoked, Optional<Widening> widening) {
    public static final Branch NEW = new Branch(0, Set.of(), "", false, Optional.empty());

    public Branch {
        // In their order, so that equal states are written alike.
        patches = Collections.unmodifiableSet(new TreeSet<>(patches));
    }

    Branch putBack() {
        return new Branch(generation + 1, patches, patchError, revoked, widening);
    }

    Branch patched(int number) {
        var after = new TreeSet<>(patches);
        after.add(number);
        return new Branch(generation, after, "", revoked, widening);
    }

    Branch failed(String error) {
        return new Branch(generation, patches, error, revoked, widening);
    }

    Branch cut() {
        return new Branch(generation, patches, patchError, true, widening);
    }

    Branch widened(Widening by) {
        return new Branch(generation, patches, patchError, revoked, Optional.of(by));
    }
}
