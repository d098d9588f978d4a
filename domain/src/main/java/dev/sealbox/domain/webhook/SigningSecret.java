package dev.sealbox.domain.webhook;

import dev.sealbox.domain.InvalidValue;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/**
 * What a webhook's messages are signed with, usually {@code whsec_} and base64. It prints as {@code redacted}.
 *
 * @param text as receivers configure it
 */
public record SigningSecret(String text) {
    private static final String PREFIX = "whsec_";
    private static final Pattern FORM = Pattern.compile("(?:whsec_)?[!-~]{16,256}");
    private static final int DRAWN = 32;

    public SigningSecret {
        if (!FORM.matcher(text).matches()) {
            throw new InvalidValue("secret must be whsec_ and base64, or 16 to 256 visible ASCII characters");
        }
    }

    public static SigningSecret random(RandomGenerator random) {
        var key = new byte[DRAWN];
        random.nextBytes(key);
        return new SigningSecret(PREFIX + Base64.getEncoder().encodeToString(key));
    }

    /**
     * The key of the HMAC, by the rule of the clients that verify it: what base64 stands for, with or without the
     * prefix, and of what is no base64 the characters themselves. The caller wipes it.
     */
    public byte[] key() {
        var encoded = text.startsWith(PREFIX) ? text.substring(PREFIX.length()) : text;
        try {
            var decoded = Base64.getDecoder().decode(encoded);
            if (unpadded(Base64.getEncoder().encodeToString(decoded)).equals(unpadded(encoded))) {
                return decoded;
            }
        } catch (IllegalArgumentException e) {
            // no base64
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String unpadded(String base64) {
        return base64.replaceAll("=+$", "");
    }

    @Override
    public String toString() {
        return "redacted";
    }
}
