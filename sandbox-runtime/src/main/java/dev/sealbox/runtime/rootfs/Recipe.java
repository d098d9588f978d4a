package dev.sealbox.runtime.rootfs;

import dev.sealbox.runtime.step.RuntimeFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** What the template {@code base} is made of. A changed recipe is another version, built beside the former. */
final class Recipe {
    static final String SUITE = "bookworm";

    static final List<String> PACKAGES = List.of(
            "ca-certificates",
            "curl",
            "git",
            "less",
            "openssl",
            "procps",
            "python3",
            "python3-pip",
            "sudo",
            "unzip",
            "wget",
            "xz-utils");

    /** Documentation and translations, which nobody in a sandbox reads; licences stay. */
    static final List<String> LEFT_OUT = List.of(
            "path-exclude=/usr/share/doc/*",
            "path-include=/usr/share/doc/*/copyright",
            "path-exclude=/usr/share/man/*",
            "path-exclude=/usr/share/locale/*",
            "path-exclude=/usr/share/info/*");

    private Recipe() {}

    static String script() {
        try (var script = Recipe.class.getResourceAsStream("base.sh")) {
            if (script == null) {
                throw new RuntimeFailure("template", "base.sh is not in the jar");
            }
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new RuntimeFailure("template", e);
        }
    }

    /** Eight hex digits that change with the recipe. */
    static String version() {
        try {
            var recipe = SUITE + PACKAGES + LEFT_OUT + script();
            var digest = MessageDigest.getInstance("SHA-256").digest(recipe.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 4);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
