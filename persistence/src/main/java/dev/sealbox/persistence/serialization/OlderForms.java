package dev.sealbox.persistence.serialization;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sealbox.domain.egress.Locations;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.organization.Role;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** How what was written in an older form is given the shape of the newest one. */
final class OlderForms {
    private static final Map<String, UnaryOperator<ObjectNode>> NEWER = Map.of(
            "organization.api-key-issued.1",
            OlderForms::keyIssued,
            "organization.state.1",
            state -> withSuspended(organization(state)),
            "organization.state.2",
            OlderForms::withSuspended,
            "sandbox.state.1",
            state -> withUpkeep(sandbox(state)),
            "sandbox.state.2",
            OlderForms::withUpkeep,
            "store.state.1",
            store -> withTcp(withLocations(store(store))),
            "store.state.2",
            store -> withTcp(withLocations(store)),
            "store.state.3",
            OlderForms::withTcp);

    private OlderForms() {}

    /** What turns this form into the newest; empty if it is the newest. */
    static Optional<UnaryOperator<ObjectNode>> of(String manifest) {
        return Optional.ofNullable(NEWER.get(manifest));
    }

    /** Before there were roles every key was an administrator's. */
    private static ObjectNode keyIssued(ObjectNode recorded) {
        withTerms((ObjectNode) recorded.get("event"));
        return recorded;
    }

    private static ObjectNode organization(ObjectNode state) {
        var byId = (ObjectNode) state.get("keys");
        byId.forEach(key ->
                withTerms((ObjectNode) key).put("issuedBy", Origin.SYSTEM).putNull("revokedAt"));
        state.putObject("keys").set("byId", byId);
        return state;
    }

    private static ObjectNode withTerms(ObjectNode key) {
        var name = key.remove("name");
        var terms = key.putObject("terms");
        terms.set("name", name);
        terms.put("role", Role.ADMIN.word());
        terms.putArray("stores");
        terms.putNull("expiresAt");
        return key;
    }

    private static ObjectNode sandbox(ObjectNode state) {
        return state.put("startedBy", "");
    }

    /** Before sandboxes could be hibernated, all of them counted. */
    private static ObjectNode withSuspended(ObjectNode state) {
        state.putArray("suspended");
        return state;
    }

    /** Before there was upkeep a sandbox had one run at most, and nothing about it changed. */
    private static ObjectNode withUpkeep(ObjectNode state) {
        var upkeep = state.putObject("upkeep");
        upkeep.put("boot", state.path("stage").asText().equals("RUNNING") ? 1 : 0);
        upkeep.put("keptBytes", 0);
        upkeep.put("trouble", "");
        upkeep.putObject("tags");
        upkeep.putNull("tagsUpdatedAt");
        upkeep.put("scalingLocked", false);
        upkeep.putNull("autoscale");
        return state;
    }

    /** A store kept one version of each secret and did not note who had set it; it had no limit of its own. */
    private static ObjectNode store(ObjectNode store) {
        store.putNull("limit");
        store.path("secrets").forEach(secret -> {
            if (secret instanceof ObjectNode fields) {
                fields.put("enabled", true);
                fields.putArray("versions").add(onlyVersion(fields));
            }
        });
        return store;
    }

    /** Before there were locations a secret was used in all of them. */
    private static ObjectNode withLocations(ObjectNode store) {
        store.path("secrets").forEach(secret -> {
            if (secret instanceof ObjectNode fields) {
                fields.put("locations", Locations.ALL.toString());
            }
        });
        return store;
    }

    /** Before there were targets of plain TCP none was passed through. */
    private static ObjectNode withTcp(ObjectNode store) {
        store.putArray("egressTcp");
        return store;
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
