package dev.sealbox.domain.image;

import dev.sealbox.domain.InvalidValue;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * The bytes of a file that an image holds, kept as they came: in base64 with the standard alphabet, padded. They may be
 * many, so they are decoded while they are read.
 */
public record FileContent(String base64) {
    private static final String SCRIPT = "#!";

    public FileContent {
        if (!isBase64(base64)) {
            throw new InvalidValue("content must be base64 with the standard alphabet, padded");
        }
    }

    private static boolean isBase64(String text) {
        if (text.length() % 4 != 0) {
            return false;
        }
        var end = text.length() - padding(text);
        for (var i = 0; i < end; i++) {
            if (!isDigit(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isDigit(char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
    }

    private static int padding(String text) {
        return text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
    }

    /** In bytes, decoded. */
    public long size() {
        return base64.length() / 4L * 3 - padding(base64);
    }

    /** Whether it begins as a program for an interpreter does, so that people expect it to be executable. */
    public boolean isScript() {
        return base64.length() >= 4
                && new String(Base64.getDecoder().decode(base64.substring(0, 4)), StandardCharsets.ISO_8859_1)
                        .startsWith(SCRIPT);
    }

    public InputStream open() {
        return Base64.getDecoder().wrap(new ByteArrayInputStream(base64.getBytes(StandardCharsets.ISO_8859_1)));
    }

    @Override
    public String toString() {
        return "FileContent[" + size() + " bytes]";
    }
}
