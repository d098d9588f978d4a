package dev.sealbox.persistence.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.placement.Siting;
import dev.sealbox.domain.sandbox.Site;
import dev.sealbox.domain.sandbox.Site.Image;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class RemainsTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    @Test
    void areInTheOrderOfTheSandboxWhateverClocksSaid() {
        var byAFastClock = image(NOON.plus(Duration.ofHours(1)));
        var later = image(NOON.plusSeconds(5));
        var asleep = image(NOON.plusSeconds(9));

        assertThat(Remains.newestFirst(site(Optional.of(asleep), Optional.empty()), List.of(byAFastClock, later)))
                .containsExactly(asleep, later, byAFastClock);
        assertThat(Remains.newestFirst(site(Optional.empty(), Optional.empty()), List.of(byAFastClock, later)))
                .containsExactly(later, byAFastClock);
    }

    @Test
    void haveAnImageOfOneThatRanSinceWhereItsTimeBelongs() {
        var first = image(NOON);
        var slept = image(NOON.plusSeconds(5));
        var second = image(NOON.plusSeconds(9));

        assertThat(Remains.newestFirst(site(Optional.empty(), Optional.of(slept)), List.of(first, second)))
                .containsExactly(second, slept, first);
    }

    private static Site site(Optional<Image> image, Optional<Image> older) {
        return new Site(Siting.ANYWHERE, image, older, false, false);
    }

    private static Image image(Instant at) {
        return new Image(List.of(new CheckpointId(UUID.randomUUID())), at);
    }
}
