package dev.sealbox.domain.webhook;

import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.egress.HostName;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a webhook's messages go: {@code https://host[:port][/path][?query]} in visible ASCII, so that nothing of it can
 * end a line of a request. No user, since it would stand in answers, and no fragment.
 *
 * @param text as its owner wrote it
 * @param target path and query, never empty
 */
public record WebhookUrl(String text, HostName host, int port, String target) {
    /** Characters. */
    public static final int MAX_LENGTH = 2048;

    private static final int HTTPS = 443;
    private static final Pattern FORM = Pattern.compile(
            "(?i:https)://(\\[[0-9a-fA-F:.]+]|[^/?#@:\\[\\]\\\\]+)(?::([0-9]{1,5}))?((?:[/?][!-~&&[^#\\\\\"<>]]*)?)");

    /**
     * Reads what a person wrote.
     *
     * @throws InvalidValue in words that do not quote it
     */
    public static WebhookUrl parse(String text) {
        if (text.length() > MAX_LENGTH) {
            throw new InvalidValue("url is longer than " + MAX_LENGTH + " characters");
        }
        var parts = FORM.matcher(text);
        if (!parts.matches()) {
            throw new InvalidValue(
                    "url must be https://host[:port][/path][?query] in ASCII, without user and fragment");
        }
        var target = parts.group(3);
        return new WebhookUrl(
                text, host(parts.group(1)), port(parts.group(2)), target.startsWith("/") ? target : "/" + target);
    }

    private static HostName host(String text) {
        try {
            return HostName.ofWire(text);
        } catch (InvalidValue e) {
            throw new InvalidValue("url has no host that can be");
        }
    }

    private static int port(@Nullable String text) {
        var port = text == null ? HTTPS : Integer.parseInt(text);
        if (port < 1 || port > 65_535) {
            throw new InvalidValue("url has no port that can be");
        }
        return port;
    }

    /** What stands in the field {@code Host}. */
    public String authority() {
        var name = host.value().indexOf(':') < 0 ? host.value() : "[" + host.value() + "]";
        return port == HTTPS ? name : name + ":" + port;
    }

    /** Paths of collectors are often secrets themselves. */
    @Override
    public String toString() {
        return "WebhookUrl[" + host + "]";
    }
}
