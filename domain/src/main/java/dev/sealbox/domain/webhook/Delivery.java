package dev.sealbox.domain.webhook;

import java.time.Instant;
import java.util.Optional;

/**
 * An attempt to deliver a message, or a message that waits for its first.
 *
 * @param attempt empty when there was none yet
 * @param responseStatus what the endpoint answered, if it did
 * @param error why it was not reached, as a code
 */
public record Delivery(
        MessageId message,
        Optional<String> attempt,
        Status status,
        Optional<Integer> responseStatus,
        Optional<String> error,
        Instant at) {

    public enum Status {
        SUCCESS,
        PENDING,
        FAILED
    }

    /**
     * What was or will be sent.
     *
     * @param payload the body, JSON
     */
    public record Message(MessageId id, String eventType, String eventId, String payload, Instant at) {}
}
