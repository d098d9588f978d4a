package dev.sealbox.domain.sandbox;

import dev.sealbox.domain.InvalidValue;

/**
 * The sizes between which a sandbox is kept, in MiB of memory; each is one of {@link Tier}.
 *
 * <p>The rule: a sandbox that uses more than {@value #CROWDED_PERCENT} percent of its memory gets the next larger size; one
 * that would use less than {@value #ROOMY_PERCENT} percent of the next smaller size gets that.
 */
public record Autoscale(int minMemoryMB, int maxMemoryMB) {
    public static final int CROWDED_PERCENT = 80;
    public static final int ROOMY_PERCENT = 40;

    /**
     * What a person asks for.
     *
     * @throws InvalidValue when a bound is no size, or the lower one is above the upper one
     */
    public static Autoscale between(int minMemoryMB, int maxMemoryMB) {
        Tier.of(minMemoryMB);
        Tier.of(maxMemoryMB);
        if (minMemoryMB > maxMemoryMB) {
            throw new InvalidValue("minMemoryMB must not be above maxMemoryMB");
        }
        return new Autoscale(minMemoryMB, maxMemoryMB);
    }

    /**
     * The size that a sandbox of {@code present} MiB should have, going by the memory that it uses.
     *
     * @param usedBytes without what the kernel can drop at once
     */
    public int fitting(int present, long usedBytes) {
        if (present < minMemoryMB) {
            return minMemoryMB;
        }
        var larger = Tier.after(present);
        if (larger.isPresent() && larger.get() <= maxMemoryMB && isAbove(usedBytes, CROWDED_PERCENT, present)) {
            return larger.get();
        }
        var smaller = Tier.before(present);
        var tooLarge = present > maxMemoryMB;
        return smaller.isPresent()
                        && smaller.get() >= minMemoryMB
                        && !isAbove(usedBytes, tooLarge ? CROWDED_PERCENT : ROOMY_PERCENT, smaller.get())
                ? smaller.get()
                : present;
    }

    /** Whether a sandbox of {@code present} MiB may be given {@code wanted}: no further than to the bounds. */
    boolean allows(int present, int wanted) {
        return wanted > present ? wanted <= maxMemoryMB : wanted < present && wanted >= minMemoryMB;
    }

    private static boolean isAbove(long usedBytes, int percent, int memoryMB) {
        return usedBytes > ((long) memoryMB << 20) / 100 * percent;
    }
}
