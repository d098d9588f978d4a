package dev.sealbox.persistence.service;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sealbox.domain.forgetting.Destruction;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a certificate of destruction says, as canonical JSON (RFC 8785): members sorted, no white space, and nothing but
 * texts, whole numbers, lists and objects, so that it has only this one form.
 */
final class DestructionStatement {
    /** Changes with the statement's members; it also keeps a signature of something else from passing as one of these. */
    private static final String FORM = "sealbox/destruction-certificate/1";

    private static final ObjectMapper CANONICAL = JsonMapper.builder()
            .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();

    private DestructionStatement() {}

    /** {@code now} is when the key table was looked at and none of the data keys was there. */
    static String of(
            StoreId store, Optional<SecretName> name, Destruction destroyed, Duration backupHorizon, Instant now) {
        var members = new LinkedHashMap<String, Object>();
        members.put("form", FORM);
        members.put("organization", destroyed.store().organization().value());
        members.put("store", store(store, destroyed));
        name.ifPresent(secret -> members.put("secret", secret.value()));
        members.put(
                "destroyed",
                destroyed.versions().stream().map(DestructionStatement::version).toList());
        members.put("ciphertexts", destroyed.keys().size());
        members.put("keyTable", Map.of("checkedAt", text(now), "remainingKeys", 0));
        members.put("backups", backups(destroyed, backupHorizon, now));
        try {
            return CANONICAL.writeValueAsString(members);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a certificate cannot be written", e);
        }
    }

    private static Map<String, Object> store(StoreId id, Destruction destroyed) {
        var members = new LinkedHashMap<String, Object>();
        members.put("id", id.toString());
        members.put("name", destroyed.store().name().value());
        destroyed.deleted().ifPresent(deed -> members.put("deleted", deed(deed)));
        return members;
    }

    private static Map<String, Object> version(Destruction.Version version) {
        var members = new LinkedHashMap<String, Object>();
        members.put("secret", version.name().value());
        members.put("version", version.version());
        members.put("keyId", version.key().toString());
        members.put("decided", deed(version.condemned()));
        version.shredded().ifPresent(at -> members.put("keyDestroyedAt", text(at)));
        return members;
    }

    private static Map<String, Object> deed(Destruction.Deed deed) {
        return Map.of(
                "at", text(deed.at()),
                "apiKeyId", deed.by().keyId(),
                "requestId", deed.by().requestId());
    }

    /** Until when a copy of the key table may exist that still has the keys, if the operator keeps to the promise. */
    private static Map<String, Object> backups(Destruction destroyed, Duration horizon, Instant now) {
        return Map.of(
                "horizonSeconds",
                horizon.toSeconds(),
                "copiesOfKeysMayExistUntil",
                text(destroyed.finished().orElse(now).plus(horizon)));
    }

    private static String text(Instant at) {
        return at.truncatedTo(ChronoUnit.MILLIS).toString();
    }
}
