package dev.sealbox.persistence.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.checkpoint.Checkpoint;
import dev.sealbox.domain.checkpoint.CheckpointView;
import dev.sealbox.domain.checkpoint.Retention;
import dev.sealbox.domain.identity.CheckpointId;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class RetiringTest {

    /** Their times, of which these have none at all, are those of several clocks. */
    @Test
    void letsTheFirstOfItsSandboxGo() {
        var first = ready();
        var second = ready();

        assertThat(Retiring.surplus(List.of(first, second), new Retention(Optional.of(2))))
                .isEqualTo(Outcome.done(new Retiring.Surplus(1, List.of(first.id(), second.id()))));
    }

    private static CheckpointView ready() {
        var none = Checkpoint.ABSENT;
        return new CheckpointView(
                new CheckpointId(UUID.randomUUID()),
                new Checkpoint(
                        Checkpoint.Stage.READY, none.facts(), 1, false, Set.of(), "", none.failedAt(), none.upkeep()));
    }
}
