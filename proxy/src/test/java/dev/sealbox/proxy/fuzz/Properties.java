package dev.sealbox.proxy.fuzz;

import dev.sealbox.proxy.WholeProxy;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** All that must be true, by name. */
public final class Properties {
    private static final Map<String, Supplier<Property>> ALL = new TreeMap<>(Map.of(
            "replacing", Replacing::new,
            "bodies", RewritingBodies::new,
            "unpacking", Unpacking::new,
            "resealing", Resealing::new,
            "requests", Requests::new,
            "responses", Responses::new,
            "messages", Messages::new,
            "hellos", Hellos::new,
            "questions", Questions::new,
            "proxy", WholeProxy::new));

    private Properties() {}

    /** Their names. */
    public static List<String> names() {
        return List.copyOf(ALL.keySet());
    }

    /** The one of that name. A new one, to be closed if it can be. */
    public static Property of(String name) {
        var property = ALL.get(name);
        if (property == null) {
            throw new IllegalArgumentException("no such property: " + name);
        }
        return property.get();
    }
}
