package dev.sealbox.runtime.layer;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/** Makes OCI image layouts, right or wrong ones. */
final class Layouts {
    static final String LAYER = "application/vnd.oci.image.layer.v1.tar";
    static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";
    static final String INDEX = "application/vnd.oci.image.index.v1+json";

    /** By their names in the tar. */
    final Map<String, byte[]> files = new LinkedHashMap<>();

    private final List<String> layers = new ArrayList<>();
    private final List<String> digests = new ArrayList<>();
    String architecture = OciLayout.architecture();
    String config = "{}";

    Layouts plain(Tars layer) {
        return layer(layer.bytes(), layer.bytes(), LAYER);
    }

    Layouts gzip(Tars layer) {
        return layer(layer.bytes(), gzipped(layer.bytes()), LAYER + "+gzip");
    }

    Layouts zstd(Tars layer) {
        return layer(layer.bytes(), Zstd.compress(layer.bytes()), LAYER + "+zstd");
    }

    Layouts layer(byte[] plain, byte[] packed, String type) {
        layers.add(descriptor(type, packed, ""));
        digests.add("\"sha256:" + hex(plain) + "\"");
        return this;
    }

    /** A manifest of the layers so far, as an entry of an index. */
    String manifest(String more) {
        var configuration = text("{\"os\":\"linux\",\"architecture\":\"" + architecture + "\",\"config\":" + config
                + ",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[" + String.join(",", digests) + "]}}");
        var manifest = text("{\"schemaVersion\":2,\"config\":"
                + descriptor("application/vnd.oci.image.config.v1+json", configuration, "") + ",\"layers\":["
                + String.join(",", layers) + "]}");
        return descriptor(MANIFEST, manifest, more);
    }

    /** An index of such entries. */
    byte[] index(String... entries) {
        return text("{\"schemaVersion\":2,\"manifests\":[" + String.join(",", entries) + "]}");
    }

    /** Adds a blob; what names it. */
    String descriptor(String type, byte[] blob, String more) {
        var digest = hex(blob);
        files.put("blobs/sha256/" + digest, blob);
        return "{\"mediaType\":\"" + type + "\",\"digest\":\"sha256:" + digest + "\",\"size\":" + blob.length + more
                + "}";
    }

    static String platform(String architecture) {
        return ",\"platform\":{\"os\":\"linux\",\"architecture\":\"" + architecture + "\"}";
    }

    /** With a single manifest. */
    byte[] bytes() {
        return bytes(index(manifest("")));
    }

    /** The index comes first, as nobody may rely on an order. */
    byte[] bytes(byte[] index) {
        var tar = new Tars()
                .file("oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}")
                .file("./index.json", new String(index, StandardCharsets.UTF_8))
                .directory("blobs");
        files.forEach((name, content) -> tar.bytes(name, content));
        return tar.bytes();
    }

    static byte[] gzipped(byte[] plain) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(bytes)) {
            out.write(plain);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(Packing.sha256().digest(bytes));
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
