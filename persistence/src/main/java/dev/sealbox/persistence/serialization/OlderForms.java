package dev.sealbox.persistence.serialization;

import static java.util.Map.entry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sealbox.domain.egress.Locations;
import dev.sealbox.domain.egress.UnusableTokens;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.organization.Role;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** How what was written in an older form is given the shape of the newest one. */
final class OlderForms {
    private static final Map<String, UnaryOperator<ObjectNode>> NEWER = Map.ofEntries(
            entry("organization.api-key-issued.1", OlderForms::keyIssued),
            entry("organization.state.1", state -> withSuspended(organization(state))),
            entry("organization.state.2", OlderForms::withSuspended),
            entry("sandbox.created.1", OlderForms::sandboxCreated),
            entry(
                    "sandbox.state.1",
                    sandbox -> withSite(withPreview(withSleep(withDefaults(withBranch(sandbox(sandbox))))))),
            entry("sandbox.state.2", sandbox -> withSite(withPreview(withSleep(withDefaults(withBranch(sandbox)))))),
            entry("sandbox.state.3", sandbox -> withSite(withPreview(withSleep(withDefaults(sandbox))))),
            entry("sandbox.state.4", sandbox -> withSite(withPreview(withSleep(sandbox)))),
            entry("sandbox.state.5", sandbox -> withSite(withPreview(sandbox))),
            entry("sandbox.state.6", OlderForms::withSite),
            entry("sandbox.state.7", OlderForms::withoutProcesses),
            entry("checkpoint.requested.1", OlderForms::checkpointRequested),
            entry("checkpoint.ready.1", recorded -> {
                withoutMemory((ObjectNode) recorded.get("event"));
                return recorded;
            }),
            entry("checkpoint.state.1", checkpoint -> withoutMemory(checkpoint(withUpkeep(checkpoint)))),
            entry("checkpoint.state.2", checkpoint -> withoutMemory(checkpoint(checkpoint))),
            // Every checkpoint had a source before some stood for images.
            entry("checkpoint.state.3", OlderForms::withoutMemory),
            entry("checkpoint.state.4", OlderForms::withoutMemory),
            entry("image.build-begun.1", OlderForms::buildBegun),
            entry("image.state.1", OlderForms::images),
            entry("store.state.1", store -> withRules(withTcp(withLocations(store(store))))),
            entry("store.state.2", store -> withRules(withTcp(withLocations(store)))),
            entry("store.state.3", store -> withRules(withTcp(store))),
            entry("store.state.4", OlderForms::withRules));

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

    /** Before there was a branch a sandbox was never put back, patched or cut off, and failed checkpoints counted. */
    private static ObjectNode withBranch(ObjectNode sandbox) {
        sandbox.path("checkpoints").forEach(checkpoint -> {
            if (checkpoint instanceof ObjectNode fields) {
                fields.put("counted", true);
            }
        });
        var branch = sandbox.putObject("branch").put("generation", 0);
        branch.putArray("patches");
        branch.put("patchError", "").put("revoked", false).putNull("widening");
        return sandbox;
    }

    private static ObjectNode withUpkeep(ObjectNode checkpoint) {
        var upkeep = checkpoint.putObject("upkeep").put("published", false).put("lastPatch", 0);
        upkeep.putArray("patches");
        upkeep.put("revoked", false);
        return checkpoint;
    }

    /** Before runtimes could save memory, every checkpoint was of the disk only. */
    private static ObjectNode withoutMemory(ObjectNode checkpoint) {
        return checkpoint.put("memory", false);
    }

    /** Before sandboxes could be hibernated, all of them counted. */
    private static ObjectNode withSuspended(ObjectNode state) {
        state.putArray("suspended");
        return state;
    }

    /** Before there was upkeep a sandbox had one run at most, and nothing about it changed. */
    private static ObjectNode withSleep(ObjectNode state) {
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

    /** Before there were previews nobody reached a sandbox from outside. */
    private static ObjectNode withPreview(ObjectNode state) {
        var preview = ((ObjectNode) state.get("upkeep")).putObject("preview");
        preview.putArray("urls");
        preview.putNull("guard");
        return state;
    }

    /** Before there were sites a sandbox was where it was first placed. */
    private static ObjectNode withSite(ObjectNode state) {
        var site = ((ObjectNode) state.get("upkeep")).putObject("site");
        var wanted = site.putObject("wanted");
        wanted.putObject("labels");
        wanted.put("onHostLoss", "FAIL");
        site.putNull("image").putNull("older").put("anew", false);
        return withoutProcesses(state);
    }

    /** Before what sleeps could keep them. */
    private static ObjectNode withoutProcesses(ObjectNode state) {
        ((ObjectNode) state.at("/upkeep/site")).put("processes", false);
        return state;
    }

    /** Before images could be removed, of those without a name neither the manifest nor the age was kept. */
    private static ObjectNode buildBegun(ObjectNode recorded) {
        withOutline((ObjectNode) recorded.get("event").get("build"));
        return recorded;
    }

    private static ObjectNode withOutline(ObjectNode holder) {
        return holder.put("outline", "{}");
    }

    private static ObjectNode images(ObjectNode state) {
        state.path("building").forEach(build -> withOutline((ObjectNode) build));
        var images = (ObjectNode) state.get("images");
        List.copyOf(images.properties()).forEach(image -> {
            var layer = image.getValue();
            var kept = images.putObject(image.getKey());
            kept.set("layer", layer);
            withOutline(kept).put("builtAt", Instant.EPOCH.toString());
        });
        state.putObject("leaving");
        return state;
    }

    private static ObjectNode sandboxCreated(ObjectNode recorded) {
        withDefaults((ObjectNode) recorded.get("event"));
        return recorded;
    }

    private static ObjectNode checkpointRequested(ObjectNode recorded) {
        withDefaults((ObjectNode) recorded.get("event").get("contents"));
        return recorded;
    }

    private static ObjectNode checkpoint(ObjectNode state) {
        if (state.path("facts").path("contents") instanceof ObjectNode contents) {
            withDefaults(contents);
        }
        return state;
    }

    /** Before there were images, all commands started with the same variables in the same directory. */
    private static ObjectNode withDefaults(ObjectNode holder) {
        var defaults = ((ObjectNode) holder.get("blueprint")).putObject("defaults");
        defaults.putObject("envs");
        defaults.put("directory", "/home/sandbox");
        return holder;
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

    /** Before there were rules and denials, secrets had none of the ones and stores none of the others. */
    private static ObjectNode withRules(ObjectNode store) {
        var denials = store.putObject("denials");
        denials.putArray("hosts");
        denials.put("unusableTokens", UnusableTokens.PASS.name());
        store.path("secrets").forEach(secret -> {
            if (secret instanceof ObjectNode fields) {
                fields.putArray("rules");
            }
        });
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
