package dev.sealbox.persistence.webhook;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.webhook.Happening;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What is told of an event: its id, and the envelope that clients read. */
final class Payloads {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Payloads() {}

    /** The same whenever the log is read, and telling nothing of how many events there are. */
    static String eventId(String entity, long sequence) {
        return eventId(UUID.nameUUIDFromBytes((entity + "/" + sequence).getBytes(StandardCharsets.UTF_8)));
    }

    static String eventId(UUID drawn) {
        return "evt_" + drawn.toString().replace("-", "");
    }

    /** What there is not is null. */
    private static @Nullable Object told(Object value) {
        return value instanceof Optional<?> there ? there.orElse(null) : value;
    }

    static String of(OrganizationId organization, String eventId, Instant at, Happening happening) {
        var event = new LinkedHashMap<String, Object>();
        event.put("id", eventId);
        event.put("ts", at.toString());
        event.put("orgId", organization.value());
        event.put("sandboxId", happening.sandbox().value());
        event.put("type", happening.type().word());
        var data = new TreeMap<String, @Nullable Object>();
        happening.data().forEach((name, value) -> data.put(name, told(value)));
        event.put("data", data);
        var envelope = new LinkedHashMap<String, Object>();
        envelope.put("type", happening.type().word());
        envelope.put("sandboxId", happening.sandbox().value());
        envelope.put("eventId", eventId);
        envelope.put("event", event);
        try {
            return JSON.writeValueAsString(envelope);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("texts and numbers have a JSON form", e);
        }
    }
}
