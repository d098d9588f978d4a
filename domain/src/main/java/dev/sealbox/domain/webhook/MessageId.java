package dev.sealbox.domain.webhook;

import dev.sealbox.domain.InvalidValue;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * One message to one webhook: {@code msg_} and 32 lower-case hex digits. Receivers know repeats by it: it is the same in
 * each attempt.
 */
public record MessageId(String value) {
    private static final Pattern FORM = Pattern.compile("msg_[0-9a-f]{32}");

    public MessageId {
        if (!FORM.matcher(value).matches()) {
            throw new InvalidValue("a message id is msg_ and 32 hex digits");
        }
    }

    /** The id of the message about {@code event} to {@code webhook}, however often the log is read. */
    public static MessageId of(WebhookId webhook, String event) {
        var drawn = UUID.nameUUIDFromBytes((webhook + "/" + event).getBytes(StandardCharsets.UTF_8));
        return new MessageId("msg_" + drawn.toString().replace("-", ""));
    }

    @Override
    public String toString() {
        return value;
    }
}
