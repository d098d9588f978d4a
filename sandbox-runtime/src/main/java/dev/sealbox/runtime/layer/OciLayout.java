package dev.sealbox.runtime.layer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.layer.ArchiveRefusal.Damaged;
import dev.sealbox.domain.layer.ArchiveRefusal.Malformed;
import dev.sealbox.domain.sandbox.Defaults;
import dev.sealbox.domain.sandbox.Environment;
import dev.sealbox.runtime.layer.RootImage.Part;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/**
 * The one image for this machine in an OCI image layout (image-spec 1.1, "image-layout.md"): its index, its manifest, its
 * configuration and its layers, each of which has the digest that whatever names it says.
 *
 * @param blobs by their digest; each has been compared with it
 */
record OciLayout(Map<String, Path> blobs) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern DIGEST = Pattern.compile("sha256:([0-9a-f]{64})");
    private static final int LARGEST_DOCUMENT = 4 << 20;
    private static final int DEEPEST = 3;
    private static final int MOST_LAYERS = 500;
    private static final List<String> INDEXES = List.of(
            "application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json");
    private static final List<String> MANIFESTS = List.of(
            "application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json");
    private static final List<String> LAYERS = List.of(
            "application/vnd.oci.image.layer.v1.tar",
            "application/vnd.oci.image.layer.v1.tar+gzip",
            "application/vnd.oci.image.layer.v1.tar+zstd",
            "application/vnd.docker.image.rootfs.diff.tar",
            "application/vnd.docker.image.rootfs.diff.tar.gzip",
            "application/vnd.docker.image.rootfs.diff.tar.zstd");

    /** @param index the layout's {@code index.json} */
    RootImage image(byte[] index) {
        var manifest = json(manifest(parsed(index, "index.json"), 0));
        var config = json(manifest.path("config"));
        if (!isHere(config)) {
            throw malformed("its image is for " + text(config, "os") + "/" + text(config, "architecture"));
        }
        var digests = config.path("rootfs").path("diff_ids");
        var layers = manifest.path("layers");
        if (!layers.isArray() || layers.size() > MOST_LAYERS || digests.size() != layers.size()) {
            throw malformed("its manifest and its configuration name different layers, or more than " + MOST_LAYERS);
        }
        var parts = new ArrayList<Part>();
        for (var layer : layers) {
            if (!LAYERS.contains(text(layer, "mediaType"))) {
                throw malformed("a layer is of the type \"" + text(layer, "mediaType") + "\"");
            }
            var plain = digest(digests.path(parts.size()).asText());
            parts.add(new Part(blob(layer), Optional.of(plain)));
        }
        return new RootImage(parts, defaults(config.path("config")));
    }

    private JsonNode manifest(JsonNode index, int depth) {
        var fitting = StreamSupport.stream(index.path("manifests").spliterator(), false)
                .filter(each ->
                        INDEXES.contains(text(each, "mediaType")) || MANIFESTS.contains(text(each, "mediaType")))
                .filter(each -> !each.has("platform") || isHere(each.path("platform")))
                .toList();
        var distinct =
                fitting.stream().map(each -> text(each, "digest")).distinct().count();
        if (distinct != 1) {
            throw malformed("it holds " + (distinct == 0 ? "no image" : "more than one image") + " for linux/"
                    + architecture());
        }
        var one = fitting.getFirst();
        if (MANIFESTS.contains(text(one, "mediaType"))) {
            return one;
        }
        if (depth == DEEPEST) {
            throw malformed("its indexes have no end");
        }
        return manifest(json(one), depth + 1);
    }

    /** What Go calls this machine. */
    static String architecture() {
        return switch (System.getProperty("os.arch")) {
            case "amd64", "x86_64" -> "amd64";
            case "aarch64" -> "arm64";
            case String other -> other;
        };
    }

    private static boolean isHere(JsonNode platform) {
        return text(platform, "os").equals("linux")
                && text(platform, "architecture").equals(architecture());
    }

    /** Entrypoint, command and user of an image are of programs that nobody starts here. */
    private static Defaults defaults(JsonNode config) {
        var envs = new LinkedHashMap<String, String>();
        for (var each : config.path("Env")) {
            var parts = each.asText().split("=", 2);
            if (parts.length == 2) {
                envs.put(parts[0], parts[1]);
            }
        }
        var directory = text(config, "WorkingDir");
        try {
            Environment.checked(envs);
            if (!directory.isEmpty() && (!directory.startsWith("/") || directory.indexOf('\0') >= 0)) {
                throw new InvalidValue("its working directory is not absolute");
            }
        } catch (InvalidValue e) {
            throw malformed("its configuration is none: " + e.getMessage());
        }
        return new Defaults(envs, directory.isEmpty() ? Environment.HOME : directory);
    }

    private JsonNode json(JsonNode descriptor) {
        var file = blob(descriptor);
        try {
            if (Files.size(file) > LARGEST_DOCUMENT) {
                throw malformed("a document has more than 4 MiB");
            }
            return parsed(Files.readAllBytes(file), text(descriptor, "digest"));
        } catch (IOException e) {
            throw malformed("a document cannot be read");
        }
    }

    private static JsonNode parsed(byte[] bytes, String name) {
        try {
            var json = JSON.readTree(bytes);
            if (json == null || !json.isObject()) {
                throw malformed(name + " is no JSON object");
            }
            return json;
        } catch (IOException e) {
            throw malformed(name + " is no JSON");
        }
    }

    private Path blob(JsonNode descriptor) {
        var digest = digest(text(descriptor, "digest"));
        var file = blobs.get(digest);
        if (file == null) {
            throw malformed("sha256:" + digest + " is not in it");
        }
        try {
            if (Files.size(file) != descriptor.path("size").asLong(-1)) {
                throw new RefusedFiles(new Damaged("sha256:" + digest + " has another size than its descriptor says"));
            }
        } catch (IOException e) {
            throw malformed("sha256:" + digest + " cannot be read");
        }
        return file;
    }

    private static String digest(String text) {
        var form = DIGEST.matcher(text);
        if (!form.matches()) {
            throw malformed("a digest is not of the form sha256:…");
        }
        return form.group(1);
    }

    private static String text(JsonNode node, String field) {
        var text = node.path(field).asText("");
        return text.length() > 200 ? text.substring(0, 200) : text;
    }

    private static RefusedFiles malformed(String what) {
        return new RefusedFiles(new Malformed(what));
    }
}
