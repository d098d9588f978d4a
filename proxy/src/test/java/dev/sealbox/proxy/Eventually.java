package dev.sealbox.proxy;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what happens elsewhere. */
final class Eventually {
    /** Far more than anything takes: a machine may be slow and busy. */
    static final Duration LIMIT = Duration.ofSeconds(60);

    private Eventually() {}

    static void holds(BooleanSupplier condition) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("still not so after " + LIMIT);
            }
            LockSupport.parkNanos(2_000_000);
        }
    }
}
