package dev.sealbox.domain.identity;

import java.time.Instant;

/**
 * An event with its metadata, as it stands in the log.
 *
 * @param <E> the kind of event
 */
public record Recorded<E>(E event, Origin origin, Instant at) {}
