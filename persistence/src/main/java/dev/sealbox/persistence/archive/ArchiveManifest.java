package dev.sealbox.persistence.archive;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.image.ImageHash;
import dev.sealbox.domain.layer.ArchiveRefusal.Malformed;
import dev.sealbox.domain.sandbox.Defaults;
import dev.sealbox.domain.sandbox.Environment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.StreamSupport;

/**
 * What an archive says about itself. It is signed, so that everything else in it need only be compared with it.
 *
 * @param format {@link #FORMAT}
 * @param source what it was made of, in words
 * @param envs what its image says about variables; never a sandbox's own
 * @param directory where its commands start
 * @param files what the host says of the layers, among it a digest of each
 */
@JsonPropertyOrder({"format", "source", "envs", "directory", "files"})
record ArchiveManifest(String format, String source, Map<String, String> envs, String directory, JsonNode files) {
    static final String FORMAT = "sealbox.archive.1";

    private static final ObjectMapper JSON = new ObjectMapper();

    /** One layer in the archive: its name there, and its bytes. */
    record Entry(String name, long size) {}

    static ArchiveManifest of(String source, Defaults defaults, byte[] files) throws IOException {
        return new ArchiveManifest(
                FORMAT, source, new TreeMap<>(defaults.envs()), defaults.directory(), JSON.readTree(files));
    }

    /** Reads what was signed; whoever signed it may be of another release. */
    static ArchiveManifest parse(byte[] bytes) throws RefusedArchive {
        try {
            var manifest = JSON.readValue(bytes, ArchiveManifest.class);
            if (!FORMAT.equals(manifest.format())) {
                throw new RefusedArchive(new Malformed("its format is not " + FORMAT));
            }
            manifest.defaults();
            manifest.entries();
            return manifest;
        } catch (IOException | InvalidValue | NullPointerException e) {
            throw new RefusedArchive(new Malformed("its manifest cannot be read"));
        }
    }

    byte[] bytes() {
        return json(this);
    }

    private static byte[] json(Object value) {
        try {
            return JSON.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What is signed: told apart from everything else that the same key signs. */
    static byte[] statement(byte[] manifest) {
        return (FORMAT + "\n" + new String(manifest, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8);
    }

    Defaults defaults() {
        Environment.checked(envs);
        if (!directory.startsWith("/")) {
            throw new InvalidValue("directory is not absolute");
        }
        return new Defaults(envs, directory);
    }

    /** The layers in their order. */
    List<Entry> entries() {
        return StreamSupport.stream(files.required("layers").spliterator(), false)
                .map(layer -> new Entry(
                        "layers/" + layer.required("digest").textValue() + ".tar.zst",
                        layer.required("packed").longValue()))
                .toList();
    }

    /** The list as the host reads it. */
    byte[] line() {
        var json = json(files);
        var line = new byte[json.length + 1];
        System.arraycopy(json, 0, line, 0, json.length);
        line[json.length] = '\n';
        return line;
    }

    /** Whatever is equal in two archives is one image. */
    ImageHash hash() {
        return Digests.image(statement(bytes()));
    }

    /** What a snapshot of it is shown with: an image without steps, and where it comes from. */
    String outline() {
        return new String(
                json(Map.of("base", "base", "steps", List.of(), "imported", Map.of("source", source, "files", files))),
                StandardCharsets.UTF_8);
    }
}
