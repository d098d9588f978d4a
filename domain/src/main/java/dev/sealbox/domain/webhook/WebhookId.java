package dev.sealbox.domain.webhook;

import dev.sealbox.domain.InvalidValue;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.regex.Pattern;

/** {@code whk_} and 32 lower-case hex digits. */
public record WebhookId(String value) {
    private static final Pattern FORM = Pattern.compile("whk_[0-9a-f]{32}");

    public WebhookId {
        if (!FORM.matcher(value).matches()) {
            throw new InvalidValue("a webhook id is whk_ and 32 hex digits");
        }
    }

    /** Of an id that was drawn before, so that repeating a create makes no second one. */
    public static WebhookId of(UUID drawn) {
        return new WebhookId("whk_" + drawn.toString().replace("-", ""));
    }

    /** Of the webhook at {@code index} among those of a sandbox that is created under {@code drawn}. */
    public static WebhookId of(UUID drawn, int index) {
        return of(UUID.nameUUIDFromBytes((drawn + "/" + index).getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public String toString() {
        return value;
    }
}
