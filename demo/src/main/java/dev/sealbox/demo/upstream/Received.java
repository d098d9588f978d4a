package dev.sealbox.demo.upstream;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * A request as it reached an upstream.
 *
 * @param host the Host header, without a port
 * @param target path and query
 * @param headers names in lower case
 * @param body as UTF-8; only its first {@link #KEPT} bytes
 * @param bodyBytes the length of the whole body
 */
public record Received(
        String host, String method, String target, Map<String, List<String>> headers, String body, long bodyBytes) {

    /** Bytes of a body that are kept. */
    public static final int KEPT = 64 * 1024;

    public Received {
        var lower = new TreeMap<String, List<String>>();
        headers.forEach((name, values) -> lower.put(name.toLowerCase(Locale.ROOT), List.copyOf(values)));
        headers = Map.copyOf(lower);
    }

    /** The first value of a header, or an empty text. */
    public String header(String name) {
        return headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of("")).getFirst();
    }

    /** Whether {@code text} stands anywhere in the request. */
    public boolean mentions(String text) {
        return target.contains(text)
                || body.contains(text)
                || headers.toString().contains(text);
    }
}
