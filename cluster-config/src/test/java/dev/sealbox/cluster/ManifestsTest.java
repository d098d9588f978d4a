package dev.sealbox.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The manifests for Kubernetes: every field is one that it knows, and what they say of each other is true. */
class ManifestsTest {
    private static final Path FOLDER = Path.of("kubernetes");
    private static final Map<String, String> MODELS = Map.of(
            "v1",
            "V1",
            "apps/v1",
            "V1",
            "policy/v1",
            "V1",
            "networking.k8s.io/v1",
            "V1",
            "rbac.authorization.k8s.io/v1",
            "V1");

    private static List<String> resources() throws IOException {
        try (var files = Files.list(FOLDER)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> !name.equals("kustomization.yaml"))
                    .sorted()
                    .toList();
        }
    }

    private static List<JsonObject> documents(String file) throws IOException {
        return Yaml.documents(Files.readString(FOLDER.resolve(file)));
    }

    private static Stream<JsonObject> everything() throws IOException {
        var all = new ArrayList<JsonObject>();
        for (var file : resources()) {
            all.addAll(documents(file));
        }
        return all.stream();
    }

    /** Refuses fields that the resource does not have, and values of another kind. */
    private static void validate(JsonObject resource) throws ReflectiveOperationException {
        var version = resource.get("apiVersion").getAsString();
        assertThat(MODELS).containsKey(version);
        var model = Class.forName("io.kubernetes.client.openapi.models." + MODELS.get(version)
                + resource.get("kind").getAsString());
        try {
            model.getMethod("validateJsonElement", JsonElement.class).invoke(null, resource);
        } catch (java.lang.reflect.InvocationTargetException e) {
            throw new AssertionError(resource.get("kind") + ": " + e.getCause().getMessage(), e.getCause());
        }
    }

    @ParameterizedTest
    @MethodSource("resources")
    void holdsOnlyWhatKubernetesKnows(String file) throws Exception {
        assertThat(documents(file)).isNotEmpty();
        for (var resource : documents(file)) {
            validate(resource);
        }
    }

    @Test
    void wouldRefuseAFieldThatThereIsNot() throws IOException {
        var changed = documents("host.yaml").getFirst();
        changed.getAsJsonObject("spec")
                .getAsJsonObject("template")
                .getAsJsonObject("spec")
                .addProperty("hostNetwrok", true);

        assertThatThrownBy(() -> validate(changed)).hasMessageContaining("hostNetwrok");
    }

    @Test
    void takesInEveryFile() throws IOException {
        var listed = new TreeSet<String>();
        documents("kustomization.yaml")
                .getFirst()
                .getAsJsonArray("resources")
                .forEach(name -> listed.add(name.getAsString()));

        assertThat(listed).containsExactlyElementsOf(resources());
    }

    @Test
    void selectsPodsThatThereAre() throws IOException {
        var templates = everything()
                .filter(resource -> resource.getAsJsonObject("spec") != null
                        && resource.getAsJsonObject("spec").has("template"))
                .map(resource -> resource.getAsJsonObject("spec").getAsJsonObject("template"))
                .map(template -> template.getAsJsonObject("metadata").getAsJsonObject("labels"))
                .toList();
        var selectors = everything()
                .filter(resource -> List.of(
                                "Service", "PodDisruptionBudget", "NetworkPolicy", "StatefulSet", "DaemonSet")
                        .contains(resource.get("kind").getAsString()))
                .map(resource -> resource.getAsJsonObject("spec"))
                .map(spec -> spec.getAsJsonObject(spec.has("podSelector") ? "podSelector" : "selector"))
                .map(selector -> selector.has("matchLabels") ? selector.getAsJsonObject("matchLabels") : selector)
                .toList();

        assertThat(templates).hasSize(2);
        assertThat(selectors)
                .hasSizeGreaterThan(5)
                .allMatch(selector ->
                        templates.stream().anyMatch(labels -> labels.entrySet().containsAll(selector.entrySet())));
        assertThat(templates)
                .anyMatch(labels -> discovered().entrySet().stream()
                        .allMatch(label -> label.getValue()
                                .equals(labels.get(label.getKey()).getAsString())));
    }

    private static Map<String, String> discovered() {
        try {
            var selector = settings().get("SEALBOX_CLUSTER_DISCOVERY").replace("kubernetes:", "");
            return Stream.of(selector.split(","))
                    .map(label -> label.split("="))
                    .collect(java.util.stream.Collectors.toMap(label -> label[0], label -> label[1]));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static Map<String, String> settings() throws IOException {
        var settings = new java.util.TreeMap<String, String>();
        documents("settings.yaml")
                .getFirst()
                .getAsJsonObject("data")
                .entrySet()
                .forEach(entry -> settings.put(entry.getKey(), entry.getValue().getAsString()));
        return settings;
    }

    @Test
    void startsAsManyControlNodesAsTheSettingsSay() throws IOException {
        var replicas = documents("control.yaml")
                .getFirst()
                .getAsJsonObject("spec")
                .get("replicas")
                .getAsString();

        assertThat(settings()).containsEntry("SEALBOX_CLUSTER_CONTROL_NODES", replicas);
    }

    /** A setting with a misspelled name would be none, and nobody would say so. */
    @Test
    void namesOnlySettingsThatAreDocumented() throws IOException {
        var documented = Files.readString(Path.of("../docs/operations.md"));
        var named = new TreeSet<String>();
        for (var file : List.of(
                "kubernetes/settings.yaml", "kubernetes/control.yaml", "kubernetes/host.yaml", "systemd/sealbox.env")) {
            Pattern.compile("SEALBOX_[A-Z_]+[A-Z]")
                    .matcher(Files.readString(Path.of(file)))
                    .results()
                    .forEach(name -> named.add(name.group()));
        }

        assertThat(named).hasSizeGreaterThan(15).allMatch(documented::contains);
    }
}
