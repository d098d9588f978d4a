package dev.sealbox.persistence.projection;

import dev.sealbox.domain.identity.Recorded;

/**
 * One event of the journal, and where it stands there.
 *
 * @param ordering the place among all events: grows, with gaps
 * @param entity the persistence id, {@code TYPE|id}
 * @param sequence the place among the entity's events, from 1, without gaps
 */
public record Fact(long ordering, String entity, long sequence, Recorded<?> recorded) {}
