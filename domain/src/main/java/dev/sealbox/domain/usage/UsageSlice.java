package dev.sealbox.domain.usage;

import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import java.time.Duration;
import java.time.Instant;

/**
 * What a sandbox used while it ran within one slice of time. Slices of the same sandbox and time add up.
 *
 * @param since when the slice begins, a multiple of {@link #LENGTH} since the epoch
 * @param seconds for which it ran
 * @param allocated MiB-seconds of memory that it had
 * @param used MiB-seconds of memory that it used
 * @param allocatedPeak MiB
 * @param usedPeak MiB
 * @param diskOverage MiB-seconds of disk beyond what every sandbox has
 */
public record UsageSlice(
        OrganizationId organization,
        SandboxId sandbox,
        Instant since,
        double seconds,
        double allocated,
        double used,
        double allocatedPeak,
        double usedPeak,
        double diskOverage) {
    public static final Duration LENGTH = Duration.ofMinutes(5);

    /** The beginning of the slice that {@code time} lies in. */
    public static Instant sliceOf(Instant time) {
        return Instant.ofEpochSecond(time.getEpochSecond() / LENGTH.toSeconds() * LENGTH.toSeconds());
    }

    /** Both together. */
    public UsageSlice plus(UsageSlice other) {
        return new UsageSlice(
                organization,
                sandbox,
                since,
                seconds + other.seconds,
                allocated + other.allocated,
                used + other.used,
                Math.max(allocatedPeak, other.allocatedPeak),
                Math.max(usedPeak, other.usedPeak),
                diskOverage + other.diskOverage);
    }
}
