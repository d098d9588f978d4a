package dev.sealbox.domain.webhook;

import java.time.Duration;
import java.util.Optional;

/**
 * When a message that was not taken is sent again: after {@code first}, then five times as long each time, up to
 * {@code longest}; given up after so many attempts.
 */
public record Retries(Duration first, Duration longest, int attempts) {
    private static final int FACTOR = 5;

    /**
     * The wait after an attempt that failed.
     *
     * @param made how many there were, that one included
     * @param chance between 0 and 1: a fifth of the wait is left to it, so that many do not come back together
     */
    public Optional<Duration> after(int made, double chance) {
        if (made >= attempts) {
            return Optional.empty();
        }
        var wait = Math.min((double) first.toMillis() * Math.pow(FACTOR, made - 1.0), (double) longest.toMillis());
        return Optional.of(Duration.ofMillis((long) (wait * (0.9 + 0.2 * chance))));
    }
}
