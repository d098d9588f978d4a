package dev.sealbox.domain.repeat;

import dev.sealbox.domain.InvalidValue;
import java.util.regex.Pattern;

/** What a client calls one request of its own by, however often it sends it. */
public record RepeatKey(String value) {
    private static final Pattern FORM = Pattern.compile("[ -~]{1,255}");

    public RepeatKey {
        if (!FORM.matcher(value).matches()) {
            throw new InvalidValue("Idempotency-Key must be 1 to 255 printable ASCII characters");
        }
    }
}
