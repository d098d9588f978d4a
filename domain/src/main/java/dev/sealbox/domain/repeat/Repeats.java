package dev.sealbox.domain.repeat;

import dev.sealbox.domain.identity.Origin;
import java.util.concurrent.CompletionStage;

/**
 * Port: remembers for {@value #HOURS} hours what was answered to requests that carry a key of their client's choice, each
 * API key's for itself, over restarts. Neither key nor request can be read from what is kept. Thread-safe. A stage
 * fails when the database is out of reach.
 */
public interface Repeats {
    int HOURS = 24;

    /** Durable before the stage completes. {@code request} is everything that makes a request the same. */
    CompletionStage<Claim> claim(Origin origin, RepeatKey key, byte[] request);

    /** Remembers an answer, unless one was remembered before; the one that counts. */
    CompletionStage<GivenAnswer> remember(Origin origin, RepeatKey key, GivenAnswer answer);
}
