package dev.sealbox.domain.identity;

import dev.sealbox.domain.InvalidValue;
import java.util.HexFormat;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/** {@code sb-} and 16 lower-case hex digits: 64 random bits. */
public record SandboxId(String value) {
    private static final Pattern FORM = Pattern.compile("sb-[0-9a-f]{16}");

    public SandboxId {
        if (!FORM.matcher(value).matches()) {
            throw new InvalidValue("a sandbox id is sb- and 16 hex digits");
        }
    }

    public static SandboxId random(RandomGenerator random) {
        return new SandboxId("sb-" + HexFormat.of().toHexDigits(random.nextLong()));
    }

    /** Takes 64 random bits of a UUID that was drawn before. */
    public static SandboxId of(UUID drawn) {
        // These bits and those of the other half are random but for six, which say which kind of UUID it is.
        return new SandboxId("sb-"
                + HexFormat.of()
                        .toHexDigits(drawn.getMostSignificantBits() ^ Long.reverse(drawn.getLeastSignificantBits())));
    }

    @Override
    public String toString() {
        return value;
    }
}
