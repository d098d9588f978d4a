package dev.sealbox.proxy.http2;

import dev.sealbox.proxy.codec.BadMessage;
import dev.sealbox.proxy.codec.Field;
import dev.sealbox.proxy.codec.Fields;
import dev.sealbox.proxy.codec.Grammar;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A header block as it came: pseudo-fields and fields, by the same strict grammar as on HTTP/1.1, so that nothing can
 * mean something else when it is written there.
 */
record HeaderFields(Map<String, String> pseudo, Fields fields) {
    private static final int MAX_FIELDS = 200;
    private static final Set<String> OF_CONNECTION =
            Set.of("connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade");

    /**
     * Reads a block.
     *
     * @throws BadMessage when it breaks the grammar
     */
    static HeaderFields of(Http2Headers headers) {
        if (headers.size() > MAX_FIELDS) {
            throw new BadMessage(431, "too many header fields");
        }
        var pseudo = new HashMap<String, String>();
        var fields = new ArrayList<Field>(headers.size());
        for (var header : headers) {
            var name = header.getKey().toString();
            var value = header.getValue().toString();
            if (!name.startsWith(":")) {
                fields.add(field(name, value));
            } else if (pseudo.put(name, value) != null) {
                throw new BadMessage("a pseudo-header field twice");
            }
        }
        return new HeaderFields(pseudo, new Fields(withOneCookie(fields)));
    }

    private static Field field(String name, String value) {
        if (!Grammar.isToken(name) || hasCapitals(name)) {
            throw new BadMessage("a header field without a proper name");
        }
        if (OF_CONNECTION.contains(name) || (name.equals("te") && !value.equalsIgnoreCase("trailers"))) {
            throw new BadMessage("a header field that has no place in HTTP/2");
        }
        if (!Grammar.isValue(value) || !value.equals(value.strip())) {
            throw new BadMessage("a header field without a proper value");
        }
        return new Field(name, value);
    }

    private static boolean hasCapitals(String name) {
        for (int i = 0; i < name.length(); i++) {
            if (name.charAt(i) >= 'A' && name.charAt(i) <= 'Z') {
                return true;
            }
        }
        return false;
    }

    /** A Cookie field may come in crumbs; elsewhere it may not. */
    private static List<Field> withOneCookie(List<Field> fields) {
        int first = -1;
        var joined = new StringBuilder();
        var others = new ArrayList<Field>(fields.size());
        for (var field : fields) {
            if (!field.is("cookie")) {
                others.add(field);
                continue;
            }
            first = first < 0 ? others.size() : first;
            joined.append(joined.isEmpty() ? "" : "; ").append(field.value());
        }
        if (first >= 0) {
            others.add(first, new Field("cookie", joined.toString()));
        }
        return others;
    }

    /** That pseudo-field. */
    @Nullable String pseudo(String name) {
        return pseudo.get(name);
    }

    /** That pseudo-field, which must be there. */
    String needed(String name) {
        var value = pseudo.get(name);
        if (value == null) {
            throw new BadMessage("a pseudo-header field is missing");
        }
        return value;
    }

    /** Whether there are no pseudo-fields but these. */
    boolean hasOnly(Set<String> names) {
        return names.containsAll(pseudo.keySet());
    }
}
