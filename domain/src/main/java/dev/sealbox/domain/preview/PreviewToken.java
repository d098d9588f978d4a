package dev.sealbox.domain.preview;

import dev.sealbox.domain.InvalidValue;
import java.util.Base64;
import java.util.random.RandomGenerator;

/** What a visitor of a guarded sandbox shows; kept by nobody but its holder. */
public record PreviewToken(String value) {
    private static final int SHORTEST = 16;
    private static final int LONGEST = 512;
    private static final int DRAWN_BYTES = 32;

    /**
     * Takes one of its owner's own making.
     *
     * @throws InvalidValue when it is too short, or could not stand in a header
     */
    public PreviewToken {
        if (value.length() < SHORTEST || value.length() > LONGEST) {
            throw new InvalidValue("a preview token has " + SHORTEST + " to " + LONGEST + " characters");
        }
        if (!value.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new InvalidValue("a preview token holds printable ASCII characters without spaces only");
        }
    }

    /** 32 random bytes in base64url, 43 characters; {@code random} must be cryptographically strong. */
    public static PreviewToken draw(RandomGenerator random) {
        var bytes = new byte[DRAWN_BYTES];
        random.nextBytes(bytes);
        return new PreviewToken(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    public PreviewHash hash() {
        return PreviewHash.of(value);
    }

    @Override
    public String toString() {
        return "PreviewToken[hidden]";
    }
}
