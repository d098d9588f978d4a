package dev.sealbox.proxy.codec;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The fields of a head, in their order. Every request goes through here several times: loops, no streams. */
public record Fields(List<Field> all) {
    public static final Fields NONE = new Fields(List.of());

    private static final Set<String> HOP_BY_HOP = names(
            "connection",
            "keep-alive",
            "proxy-connection",
            "proxy-authorization",
            "proxy-authenticate",
            "te",
            "upgrade");

    /** Never dropped because a Connection field names them: that would change what the message means. */
    private static final Set<String> END_TO_END = names(
            "host",
            "content-length",
            "transfer-encoding",
            "content-encoding",
            "content-type",
            "authorization",
            "cookie",
            "set-cookie",
            "cache-control");

    public Fields {
        all = List.copyOf(all);
    }

    /** Compared without case, and without a copy in lower case of each name that is asked for. */
    private static Set<String> names(String... names) {
        var set = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        set.addAll(List.of(names));
        return Collections.unmodifiableSet(set);
    }

    /** The first value of that name. */
    public @Nullable String first(String name) {
        for (var field : all) {
            if (field.is(name)) {
                return field.value();
            }
        }
        return null;
    }

    public List<String> values(String name) {
        List<String> values = List.of();
        for (var field : all) {
            if (field.is(name)) {
                values = values.isEmpty() ? new ArrayList<>(2) : values;
                values.add(field.value());
            }
        }
        return values;
    }

    public boolean has(String name) {
        return first(name) != null;
    }

    /** Whether a comma-separated list of that name holds {@code element}, compared without case. */
    public boolean lists(String name, String element) {
        for (var field : all) {
            if (field.is(name)) {
                var list = field.value();
                int from = 0;
                for (int comma = list.indexOf(','); comma >= 0; comma = list.indexOf(',', from)) {
                    if (list.substring(from, comma).strip().equalsIgnoreCase(element)) {
                        return true;
                    }
                    from = comma + 1;
                }
                if (list.substring(from).strip().equalsIgnoreCase(element)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Without the fields that speak of one connection only, those that Connection names included. */
    public Fields endToEnd() {
        var named = named();
        var kept = new ArrayList<Field>(all.size());
        for (var field : all) {
            if (!HOP_BY_HOP.contains(field.name()) && !named.contains(field.name())) {
                kept.add(field);
            }
        }
        return new Fields(kept);
    }

    /** What Connection fields name, as far as that may be dropped. */
    private Set<String> named() {
        var values = values("connection");
        if (values.isEmpty()) {
            return Set.of();
        }
        var named = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        for (var value : values) {
            for (var part : value.split(",", -1)) {
                var name = part.strip();
                if (!END_TO_END.contains(name)) {
                    named.add(name);
                }
            }
        }
        return named;
    }

    public Fields without(String... names) {
        var kept = new ArrayList<Field>(all.size());
        for (var field : all) {
            if (!isAny(field, names)) {
                kept.add(field);
            }
        }
        return kept.size() == all.size() ? this : new Fields(kept);
    }

    private static boolean isAny(Field field, String... names) {
        for (var name : names) {
            if (field.is(name)) {
                return true;
            }
        }
        return false;
    }

    public Fields with(String name, String value) {
        var more = new ArrayList<>(all);
        more.add(new Field(name, value));
        return new Fields(more);
    }
}
