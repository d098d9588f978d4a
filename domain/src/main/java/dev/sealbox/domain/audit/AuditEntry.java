package dev.sealbox.domain.audit;

import dev.sealbox.domain.identity.Origin;
import java.time.Instant;

/**
 * An event as the log tells it.
 *
 * @param offset its place in the log: a later event has a higher one, and none appears below one that was seen
 * @param entity what it happened to, as {@code TYPE:ID}
 * @param sequence the event's number in its entity, from 1
 * @param kind such as {@code store.secret-set}
 * @param data what it says, a JSON object: names, hosts, versions, ids, counts; never a value, a token or a hash of a key
 */
public record AuditEntry(
        long offset, String entity, long sequence, String kind, Instant at, Origin origin, String data) {}
