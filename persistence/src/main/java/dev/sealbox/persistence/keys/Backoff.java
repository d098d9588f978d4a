package dev.sealbox.persistence.keys;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asking again for what may come back, less and less often; for the start of the process. */
final class Backoff {
    private static final Logger log = LoggerFactory.getLogger(Backoff.class);
    private static final Duration FIRST = Duration.ofMillis(250);
    private static final Duration LONGEST = Duration.ofSeconds(5);

    private Backoff() {}

    /**
     * What {@code ask} answers.
     *
     * @throws KeySourceUnavailable the last one, when there is no answer for {@code patience}
     */
    static <T> T until(Duration patience, Supplier<T> ask) {
        var deadline = System.nanoTime() + patience.toNanos();
        var pause = FIRST;
        while (true) {
            try {
                return ask.get();
            } catch (KeySourceUnavailable e) {
                if (System.nanoTime() + pause.toNanos() > deadline) {
                    throw e;
                }
                log.info("{}; asking again in {} ms", e.getMessage(), pause.toMillis());
            }
            pause(pause);
            pause = pause.multipliedBy(2).compareTo(LONGEST) > 0 ? LONGEST : pause.multipliedBy(2);
        }
    }

    private static void pause(Duration pause) {
        try {
            TimeUnit.MILLISECONDS.sleep(pause.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KeyFailure("interrupted while waiting for the master keys", e);
        }
    }
}
