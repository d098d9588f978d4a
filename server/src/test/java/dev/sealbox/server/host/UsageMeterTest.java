package dev.sealbox.server.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.Limits;
import dev.sealbox.domain.usage.UsageSlice;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class UsageMeterTest {
    private static final SandboxId ONE = new SandboxId("sb-0000000000000001");
    private static final Instant START = Instant.parse("2026-11-23T12:00:10Z");
    private static final UsageMeter.Run RUN =
            new UsageMeter.Run(new OrganizationId("acme"), new Limits(1, 1024, 20480 + 1024), START);
    private static final long MIB = 1 << 20;

    private final UsageMeter meter = new UsageMeter();

    private UsageSlice only() {
        var slices = meter.taken();
        assertThat(slices).hasSize(1);
        return slices.getFirst();
    }

    @Test
    void countsFromTheStartToTheEnd() {
        meter.saw(ONE, RUN, 100 * MIB, START.plusSeconds(4));
        meter.saw(ONE, RUN, 300 * MIB, START.plusSeconds(14));
        meter.ended(ONE, RUN, START.plusSeconds(15));

        var slice = only();
        assertThat(slice.since()).isEqualTo(Instant.parse("2026-11-23T12:00:00Z"));
        assertThat(slice.seconds()).isEqualTo(15);
        assertThat(slice.allocated()).isEqualTo(15 * 1024);
        assertThat(slice.used()).isEqualTo(4 * 100 + 10 * 200 + 300);
        assertThat(slice.usedPeak()).isEqualTo(300);
        assertThat(slice.diskOverage()).isEqualTo(15 * 1024);
    }

    @Test
    void countsWhatEndsBeforeAnybodyLooks() {
        meter.ended(ONE, RUN, START.plusMillis(1500));

        assertThat(only().seconds()).isEqualTo(1.5);
    }

    @Test
    void countsNothingTwice() {
        meter.saw(ONE, RUN, MIB, START.plusSeconds(10));
        only();
        assertThat(meter.taken()).isEmpty();
        meter.saw(ONE, RUN, MIB, START.plusSeconds(20));

        assertThat(only().seconds()).isEqualTo(10);
    }

    @Test
    void keepsWhatCouldNotBeNotedDown() {
        meter.saw(ONE, RUN, MIB, START.plusSeconds(10));
        var taken = meter.taken();
        meter.saw(ONE, RUN, MIB, START.plusSeconds(20));
        meter.putBack(taken);

        assertThat(only().seconds()).isEqualTo(20);
    }

    @Test
    void dividesTimeIntoSlices() {
        meter.saw(ONE, RUN, MIB, START.plusSeconds(10));
        meter.saw(ONE, RUN, MIB, START.plus(UsageSlice.LENGTH).plusSeconds(10).minus(Duration.ofMinutes(4)));
        meter.saw(ONE, RUN, MIB, START.plus(UsageSlice.LENGTH).minus(Duration.ofMinutes(2)));
        meter.saw(ONE, RUN, MIB, START.plus(UsageSlice.LENGTH));
        meter.saw(ONE, RUN, MIB, START.plus(UsageSlice.LENGTH).plusSeconds(5));

        assertThat(meter.taken()).hasSize(2);
    }

    @Test
    void takesALongPauseForNobodysUsage() {
        meter.saw(ONE, RUN, MIB, START.plusSeconds(10));
        meter.saw(ONE, RUN, MIB, START.plus(Duration.ofHours(3)));
        meter.saw(ONE, RUN, MIB, START.minusSeconds(60));

        assertThat(only().seconds()).isEqualTo(10);
    }
}
