package dev.sealbox.domain.identity;

import dev.sealbox.domain.InvalidValue;
import java.util.HexFormat;
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

    @Override
    public String toString() {
        return value;
    }
}
