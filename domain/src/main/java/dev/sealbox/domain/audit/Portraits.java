package dev.sealbox.domain.audit;

import dev.sealbox.domain.checkpoint.Checkpoint;
import dev.sealbox.domain.checkpoint.Contents;
import dev.sealbox.domain.checkpoint.Patch;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.egress.PathPrefix;
import dev.sealbox.domain.egress.TcpTarget;
import dev.sealbox.domain.egress.UseRule;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.image.ImageHash;
import dev.sealbox.domain.image.ImageLayer;
import dev.sealbox.domain.image.ImageLibrary;
import dev.sealbox.domain.image.Snapshot;
import dev.sealbox.domain.image.SnapshotName;
import dev.sealbox.domain.organization.KeyRing;
import dev.sealbox.domain.organization.Organization;
import dev.sealbox.domain.sandbox.Blueprint;
import dev.sealbox.domain.sandbox.Branch;
import dev.sealbox.domain.sandbox.Sandbox;
import dev.sealbox.domain.sandbox.Tokens;
import dev.sealbox.domain.sandbox.Upkeep;
import dev.sealbox.domain.sandbox.Widening;
import dev.sealbox.domain.sealing.SealedToken;
import dev.sealbox.domain.store.Secret;
import dev.sealbox.domain.store.SecretStore;
import dev.sealbox.domain.store.SecretVersion;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Every aggregate as metadata that may be told: objects of texts, numbers, truth values, lists and objects.
 *
 * <p>WHAT NEVER APPEARS: values and their ciphertext, sealed tokens, hashes of API keys, values of plain variables.
 */
public final class Portraits {
    private Portraits() {}

    public static Map<String, Object> of(StoreId id, SecretStore store) {
        var portrait = new TreeMap<String, Object>();
        portrait.put("id", id.toString());
        portrait.put("stage", word(store.stage()));
        portrait.put("organization", store.organization().value());
        portrait.put("name", store.name().value());
        portrait.put("egressAllowlist", HostPattern.texts(store.allowlist()));
        portrait.put("egressTcp", TcpTarget.texts(store.egressTcp()));
        portrait.put("egressDenylist", HostPattern.texts(store.denials().hosts()));
        portrait.put("unusableTokens", store.denials().unusableTokens().word());
        store.limit().ifPresent(limit -> portrait.put("maxVersions", limit.versions()));
        portrait.put("secrets", each(store.secrets(), SecretName::value, Portraits::of));
        portrait.put("lastVersions", each(store.versions(), SecretName::value, version -> version));
        portrait.put("boundSandboxes", set(store.bound(), SandboxId::value, "bound"));
        portrait.put("dataKeysToDestroy", store.condemned().size());
        portrait.put("createdAt", store.createdAt().toString());
        portrait.put("updatedAt", store.updatedAt().toString());
        return portrait;
    }

    private static Map<String, Object> of(Secret secret) {
        var versions = new TreeMap<String, Object>();
        secret.versions().forEach(version -> versions.put(Integer.toString(version.number()), of(version)));
        return Map.of(
                "rules", secret.rules().stream().map(Portraits::of).toList(),
                "id", secret.entry().toString(),
                "version", secret.version(),
                "enabled", secret.enabled(),
                "locations", secret.locations().words(),
                "versions", versions,
                "createdAt", secret.createdAt().toString(),
                "updatedAt", secret.updatedAt().toString());
    }

    private static Map<String, Object> of(UseRule rule) {
        return Map.of(
                "effect", word(rule.effect()),
                "hosts", HostPattern.texts(rule.hosts()),
                "methods", rule.methods(),
                "pathPrefixes", rule.paths().stream().map(PathPrefix::value).toList(),
                "ports", rule.ports());
    }

    private static Map<String, Object> of(SecretVersion version) {
        var portrait = new TreeMap<String, Object>();
        portrait.put("state", word(version.state()));
        portrait.put("allowedHosts", HostPattern.texts(version.hosts()));
        version.restoredFrom().ifPresent(number -> portrait.put("restoredFrom", number));
        portrait.put("createdAt", version.createdAt().toString());
        portrait.put("createdBy", version.createdBy());
        portrait.put("requestId", version.requestId());
        return portrait;
    }

    public static Map<String, Object> of(SandboxId id, Sandbox sandbox) {
        var portrait = new TreeMap<>(of(sandbox.blueprint()));
        portrait.put("id", id.value());
        portrait.put("stage", word(sandbox.stage()));
        portrait.put("organization", sandbox.organization().value());
        portrait.put(
                "layers",
                sandbox.stack().stores().stream()
                        .map(layer -> Map.of(
                                "store", layer.store().toString(),
                                "name", layer.name().value()))
                        .toList());
        portrait.put("lostLayer", sandbox.stack().lost());
        portrait.put("rememberedAllowlist", HostPattern.texts(sandbox.stack().remembered()));
        portrait.put("tokens", of(sandbox.tokens()));
        sandbox.host().ifPresent(host -> portrait.put("host", host.value()));
        portrait.put(
                "checkpoints",
                each(
                        sandbox.checkpoints(),
                        CheckpointId::toString,
                        checkpoint -> Map.of("name", checkpoint.name(), "kind", word(checkpoint.kind()))));
        portrait.put("branch", of(sandbox.branch()));
        portrait.put("reason", sandbox.reason());
        portrait.putAll(of(sandbox.upkeep()));
        portrait.put("createdAt", sandbox.startedAt().toString());
        return portrait;
    }

    private static Map<String, Object> of(Branch branch) {
        var portrait = new TreeMap<String, Object>();
        portrait.put("restores", branch.generation());
        portrait.put("patches", branch.patches().stream().sorted().toList());
        portrait.put("patchError", branch.patchError());
        portrait.put("secretsRevoked", branch.revoked());
        portrait.put("warnings", branch.widening().map(Widening::warnings).orElse(List.of()));
        return portrait;
    }

    private static Map<String, Object> of(Upkeep upkeep) {
        var portrait = new TreeMap<String, Object>();
        portrait.put("boots", upkeep.boot());
        portrait.put("keptBytes", upkeep.keptBytes());
        portrait.put("trouble", upkeep.trouble());
        portrait.put("tags", new TreeMap<>(upkeep.tags()));
        portrait.put("scalingLocked", upkeep.scalingLocked());
        upkeep.autoscale()
                .ifPresent(scale -> portrait.put(
                        "autoscale", Map.of("minMemoryMB", scale.minMemoryMB(), "maxMemoryMB", scale.maxMemoryMB())));
        return portrait;
    }

    private static Map<String, Object> of(Blueprint blueprint) {
        var portrait = new TreeMap<String, Object>();
        portrait.put("template", blueprint.template());
        blueprint.origin().ifPresent(origin -> portrait.put("forkedFrom", origin.toString()));
        portrait.put(
                "fileLayers",
                blueprint.fileLayers().stream().map(CheckpointId::toString).toList());
        portrait.put("cpuCount", blueprint.limits().cpuCount());
        portrait.put("memoryMB", blueprint.limits().memoryMB());
        portrait.put("diskMB", blueprint.limits().diskMB());
        portrait.put("timeoutSeconds", blueprint.timeoutSeconds());
        portrait.put("envNames", blueprint.envs().keySet().stream().sorted().toList());
        portrait.put("metadata", new TreeMap<>(blueprint.metadata()));
        return portrait;
    }

    private static Map<String, Object> of(Tokens tokens) {
        return Map.of(
                "own", set(tokens.own().keySet(), SecretName::value, 1), "inherited", counted(tokens.inherited()));
    }

    /** How many tokens stand for each name. */
    private static Map<String, Object> counted(Map<SealedToken, SecretName> tokens) {
        var counts = tokens.values().stream().collect(Collectors.groupingBy(SecretName::value, Collectors.counting()));
        return new TreeMap<>(counts);
    }

    public static Map<String, Object> of(CheckpointId id, Checkpoint checkpoint) {
        var portrait = new TreeMap<String, Object>();
        portrait.put("id", id.toString());
        portrait.put("stage", word(checkpoint.stage()));
        checkpoint.facts().ifPresent(facts -> {
            portrait.put("organization", facts.organization().value());
            facts.source().ifPresent(source -> portrait.put("source", source.value()));
            portrait.put("name", facts.name());
            portrait.put("kind", word(facts.kind()));
            portrait.put("contents", of(facts.contents()));
            portrait.put("createdAt", facts.createdAt().toString());
        });
        portrait.put("sizeBytes", checkpoint.sizeBytes());
        portrait.put("forks", set(checkpoint.forks(), SandboxId::value, "forked"));
        portrait.put("published", checkpoint.upkeep().published());
        portrait.put("lineageRevoked", checkpoint.upkeep().revoked());
        portrait.put(
                "patches",
                checkpoint.upkeep().patches().stream().map(Patch::number).toList());
        portrait.put("reason", checkpoint.reason());
        if (checkpoint.stage() == Checkpoint.Stage.FAILED) {
            portrait.put("failedAt", checkpoint.failedAt().toString());
        }
        return portrait;
    }

    private static Map<String, Object> of(Contents contents) {
        var portrait = new TreeMap<>(of(contents.blueprint()));
        portrait.put("host", contents.host().value());
        portrait.put(
                "stores", contents.stores().stream().map(name -> name.value()).toList());
        portrait.put("rememberedAllowlist", HostPattern.texts(contents.remembered()));
        portrait.put("tokens", counted(contents.tokens()));
        return portrait;
    }

    public static Map<String, Object> of(OrganizationId id, Organization organization) {
        var portrait = new TreeMap<String, Object>();
        portrait.put("id", id.value());
        portrait.put("apiKeys", each(organization.keys().byId(), keyId -> keyId, Portraits::of));
        portrait.put("storeNames", each(organization.names(), name -> name.value(), StoreId::toString));
        portrait.put(
                "sandboxes",
                each(organization.sandboxes(), SandboxId::value, at -> Map.of("admittedAt", at.toString())));
        portrait.put("suspendedSandboxes", set(organization.suspended(), SandboxId::value, "hibernated"));
        return portrait;
    }

    private static Map<String, Object> of(KeyRing.ApiKey key) {
        var portrait = new TreeMap<String, Object>();
        portrait.put("name", key.terms().name());
        portrait.put("role", key.terms().role().toString());
        portrait.put(
                "stores",
                key.terms().stores().stream().map(name -> name.value()).toList());
        key.terms().expiresAt().ifPresent(at -> portrait.put("expiresAt", at.toString()));
        portrait.put("issuedAt", key.issuedAt().toString());
        portrait.put("issuedBy", key.issuedBy());
        key.revokedAt().ifPresent(at -> portrait.put("revokedAt", at.toString()));
        return portrait;
    }

    public static Map<String, Object> of(OrganizationId id, ImageLibrary library) {
        var portrait = new TreeMap<String, Object>();
        portrait.put("organization", id.value());
        portrait.put("building", set(library.building().keySet(), ImageHash::hex, "building"));
        portrait.put("images", each(library.images(), ImageHash::hex, image -> of(image.layer())));
        portrait.put("leaving", set(library.leaving().keySet(), CheckpointId::toString, "leaving"));
        portrait.put("snapshots", each(library.snapshots(), SnapshotName::value, Portraits::of));
        return portrait;
    }

    private static Map<String, Object> of(ImageLayer image) {
        var portrait = new TreeMap<String, Object>();
        portrait.put("host", image.host().value());
        portrait.put(
                "layers", image.files().stream().map(CheckpointId::toString).toList());
        portrait.put("variables", set(image.defaults().envs().keySet(), name -> name, "set"));
        portrait.put("directory", image.defaults().directory());
        return portrait;
    }

    private static Map<String, Object> of(Snapshot snapshot) {
        var portrait = new TreeMap<String, Object>();
        portrait.put("id", snapshot.id().toString());
        portrait.put("image", snapshot.image().hex());
        portrait.put("status", snapshot.stage().status());
        portrait.put("createdAt", snapshot.createdAt().toString());
        snapshot.layer().ifPresent(layer -> portrait.put("layer", of(layer)));
        portrait.put("reason", snapshot.reason());
        return portrait;
    }

    private static String word(Enum<?> stage) {
        return stage.name().toLowerCase(Locale.ROOT);
    }

    private static <K, V> Map<String, Object> each(
            Map<K, V> map, Function<? super K, String> name, Function<? super V, ?> portrait) {
        var all = new TreeMap<String, Object>();
        map.forEach((key, value) -> all.put(name.apply(key), portrait.apply(value)));
        return all;
    }

    /** A set as an object, so that a difference names the one member that came or went. */
    private static <T> Map<String, Object> set(Collection<T> members, Function<? super T, String> name, Object mark) {
        var all = new TreeMap<String, Object>();
        members.forEach(member -> all.put(name.apply(member), mark));
        return all;
    }
}
