package dev.sealbox.persistence.serialization;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.function.Consumer;

/** How what was written under an older name reads today. */
final class OlderForms {
    private static final Map<String, Consumer<ObjectNode>> CHANGES = Map.of("store.state.1", OlderForms::keepVersions);

    private OlderForms() {}

    static boolean isOlder(String manifest) {
        return CHANGES.containsKey(manifest);
    }

    /** Changes {@code written} into the newest form of the same thing. */
    static JsonNode renewed(String manifest, JsonNode written) {
        if (written instanceof ObjectNode fields) {
            var change = CHANGES.get(manifest);
            if (change != null) {
                change.accept(fields);
            }
        }
        return written;
    }

    /** A store kept one version of each secret and did not note who had set it; it had no limit of its own. */
    private static void keepVersions(ObjectNode store) {
        store.putNull("limit");
        store.path("secrets").forEach(secret -> {
            if (secret instanceof ObjectNode fields) {
                fields.put("enabled", true);
                fields.putArray("versions").add(onlyVersion(fields));
            }
        });
    }

    private static ObjectNode onlyVersion(ObjectNode secret) {
        var version = secret.objectNode();
        version.set("number", secret.remove("version"));
        version.set("value", secret.remove("value"));
        version.put("enabled", true);
        version.set("hosts", secret.remove("hosts"));
        version.putNull("restoredFrom");
        version.set("createdAt", secret.path("updatedAt"));
        version.put("createdBy", "");
        version.put("requestId", "");
        return version;
    }
}
