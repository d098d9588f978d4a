package dev.sealbox.proxy.codec;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The fields of a head, in their order. */
public record Fields(List<Field> all) {
    public static final Fields NONE = new Fields(List.of());

    private static final Set<String> HOP_BY_HOP = Set.of(
            "connection",
            "keep-alive",
            "proxy-connection",
            "proxy-authorization",
            "proxy-authenticate",
            "te",
            "upgrade");

    /** Never dropped because a Connection field names them: that would change what the message means. */
    private static final Set<String> END_TO_END = Set.of(
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
        return all.stream().filter(field -> field.is(name)).map(Field::value).toList();
    }

    public boolean has(String name) {
        return first(name) != null;
    }

    /** Whether a comma-separated list of that name holds {@code element}, compared without case. */
    public boolean lists(String name, String element) {
        for (var field : all) {
            if (field.is(name)) {
                for (var part : field.value().split(",", -1)) {
                    if (part.strip().equalsIgnoreCase(element)) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    /** Without the fields that speak of one connection only, those that Connection names included. */
    public Fields endToEnd() {
        var dropped = new TreeSet<>(HOP_BY_HOP);
        for (var value : values("connection")) {
            for (var part : value.split(",", -1)) {
                var name = part.strip().toLowerCase(Locale.ROOT);
                if (!END_TO_END.contains(name)) {
                    dropped.add(name);
                }
            }
        }
        return new Fields(all.stream()
                .filter(field -> !dropped.contains(field.name().toLowerCase(Locale.ROOT)))
                .toList());
    }

    public Fields without(String... names) {
        return new Fields(all.stream()
                .filter(field -> {
                    for (var name : names) {
                        if (field.is(name)) {
                            return false;
                        }
                    }
                    return true;
                })
                .toList());
    }

    public Fields with(String name, String value) {
        var more = new ArrayList<>(all);
        more.add(new Field(name, value));
        return new Fields(more);
    }
}
