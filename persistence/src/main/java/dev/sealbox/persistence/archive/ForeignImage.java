package dev.sealbox.persistence.archive;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sealbox.domain.image.ImageHash;
import dev.sealbox.domain.layer.Incoming;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.random.RandomGenerator;

/** What is known of a root file system of others before it is here. */
public final class ForeignImage {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int HASH_BYTES = 32;

    private ForeignImage() {}

    /** The same for the same bytes that come in the same way; one that nobody else has where their digest was not told. */
    public static ImageHash hash(Incoming how, RandomGenerator random) {
        return how.digest()
                .map(digest ->
                        Digests.image(("sealbox.foreign-image.1\n" + form(how) + "\n" + how.setuid() + "\n" + digest)
                                .getBytes(StandardCharsets.UTF_8)))
                .orElseGet(() -> {
                    var drawn = new byte[HASH_BYTES];
                    random.nextBytes(drawn);
                    return new ImageHash(HexFormat.of().formatHex(drawn));
                });
    }

    /** What a snapshot of it is shown with: an image without steps, and what came. */
    public static String outline(Incoming how) {
        try {
            var imported = Map.of("format", form(how), "sha256", how.digest().orElse(""));
            return JSON.writeValueAsString(Map.of("base", form(how), "steps", List.of(), "imported", imported));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String form(Incoming how) {
        return how.form().name().toLowerCase(Locale.ROOT);
    }
}
