package dev.sealbox.runtime.layer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sealbox.domain.layer.ArchiveRefusal.Malformed;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What stands before packed layers, as one line of JSON.
 *
 * @param base the template that they stand on, with its version, without whose owners it has
 * @param architecture of the programs in them, as the JVM calls it
 * @param owners the host's user id that root of a sandbox has in them
 * @param layers the lowest first
 */
public record PackList(String base, String architecture, int owners, List<Packed> layers) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern BASE = Pattern.compile("[a-z0-9][a-z0-9-]{0,63}");
    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");
    private static final int LONGEST = 1 << 20;
    private static final int MOST = 10_000;

    /**
     * One layer: a tar, compressed with zstd.
     *
     * @param digest SHA-256 of the compressed bytes, in hex
     * @param packed compressed bytes
     * @param size bytes of the tar
     */
    public record Packed(String digest, long packed, long size) {}

    /** Reads the line, and not a byte more. */
    static PackList readFrom(InputStream content) throws IOException {
        var line = new ByteArrayOutputStream();
        for (var next = content.read(); next != '\n'; next = content.read()) {
            if (next < 0 || line.size() == LONGEST) {
                throw malformed("its list of layers has no end");
            }
            line.write(next);
        }
        try {
            var list = JSON.readValue(line.toByteArray(), PackList.class);
            if (!list.isComplete()) {
                throw malformed("its list of layers is not complete");
            }
            return list;
        } catch (JsonProcessingException e) {
            throw malformed("its list of layers cannot be read");
        }
    }

    @SuppressWarnings("ConstantValue") // Jackson leaves null what is missing.
    private boolean isComplete() {
        return base != null
                && BASE.matcher(base).matches()
                && architecture != null
                && owners >= 0
                && layers != null
                && layers.size() <= MOST
                && layers.stream()
                        .allMatch(each -> each != null
                                && each.digest() != null
                                && DIGEST.matcher(each.digest()).matches()
                                && each.packed() >= 0);
    }

    private static RefusedFiles malformed(String what) {
        return new RefusedFiles(new Malformed(what));
    }

    byte[] line() {
        try {
            return (JSON.writeValueAsString(this) + "\n").getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
