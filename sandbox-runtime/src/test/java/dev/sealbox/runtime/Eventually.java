package dev.sealbox.runtime;

import java.time.Duration;
import org.junit.jupiter.api.function.Executable;

/** Waits for what must become true soon. */
final class Eventually {
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private Eventually() {}

    static void holds(Executable assertion) {
        var deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                assertion.execute();
                return;
            } catch (AssertionError e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                Thread.onSpinWait();
            } catch (Throwable e) {
                throw new AssertionError(e);
            }
        }
    }
}
