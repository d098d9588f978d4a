package dev.sealbox.domain.sandbox;

import dev.sealbox.domain.InvalidValue;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Predicate;

/** The sizes in which sandboxes come (SEMANTICS 14): memory in MiB, and the CPUs that belong to it. */
public enum Tier {
    SMALL(1024, 1),
    STANDARD(4096, 1),
    LARGE(8192, 2),
    HUGE(16384, 4);

    /** MiB of disk. */
    public static final int MIN_DISK = 20_480;

    /** MiB of disk. */
    public static final int MAX_DISK = 262_144;

    private final int memoryMB;
    private final int cpuCount;

    Tier(int memoryMB, int cpuCount) {
        this.memoryMB = memoryMB;
        this.cpuCount = cpuCount;
    }

    /**
     * What a person asks for, completed.
     *
     * @param cpuCount alone it selects the smallest tier with that count
     * @param memoryMB together with {@code cpuCount} it must match a tier
     */
    public static Limits choose(Optional<Integer> cpuCount, Optional<Integer> memoryMB, Optional<Integer> diskMB) {
        return tier(cpuCount, memoryMB).with(disk(diskMB));
    }

    /**
     * This memory, or the smallest or largest that there is, with the CPUs of the size that holds it.
     *
     * @param memoryMB whatever was asked for
     */
    public static Limits around(int memoryMB, Optional<Integer> diskMB) {
        var memory = Math.clamp(memoryMB, SMALL.memoryMB, HUGE.memoryMB);
        var tier = first(one -> one.memoryMB >= memory).orElse(HUGE);
        return new Limits(tier.cpuCount, memory, disk(diskMB));
    }

    private static int disk(Optional<Integer> diskMB) {
        var disk = diskMB.orElse(MIN_DISK);
        if (disk < MIN_DISK || disk > MAX_DISK) {
            throw new InvalidValue("diskMB must be from " + MIN_DISK + " to " + MAX_DISK);
        }
        return disk;
    }

    /**
     * The size with this memory, in MiB.
     *
     * @throws InvalidValue when no size has it
     */
    public static Tier of(int memoryMB) {
        return first(tier -> tier.memoryMB == memoryMB)
                .orElseThrow(() -> new InvalidValue("memoryMB must be one of 1024, 4096, 8192, 16384"));
    }

    /** The memory of the next larger size, in MiB. */
    static Optional<Integer> after(int memoryMB) {
        return first(tier -> tier.memoryMB > memoryMB).map(tier -> tier.memoryMB);
    }

    /** The memory of the next smaller size, in MiB. */
    static Optional<Integer> before(int memoryMB) {
        return Arrays.stream(values())
                .filter(tier -> tier.memoryMB < memoryMB)
                .reduce((smaller, larger) -> larger)
                .map(tier -> tier.memoryMB);
    }

    /** A sandbox of this size with the disk that it has. */
    Limits with(int diskMB) {
        return new Limits(cpuCount, memoryMB, diskMB);
    }

    private static Tier tier(Optional<Integer> cpuCount, Optional<Integer> memoryMB) {
        if (cpuCount.isEmpty() && memoryMB.isEmpty()) {
            return STANDARD;
        }
        return first(tier -> memoryMB.map(wanted -> wanted == tier.memoryMB).orElse(true)
                        && cpuCount.map(wanted -> wanted == tier.cpuCount).orElse(true))
                .orElseThrow(() -> new InvalidValue(
                        "memoryMB and cpuCount must be one of 1024 with 1, 4096 with 1, 8192 with 2, 16384 with 4"));
    }

    private static Optional<Tier> first(Predicate<Tier> matching) {
        return Arrays.stream(values()).filter(matching).findFirst();
    }
}
