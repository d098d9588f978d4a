package dev.sealbox.client;

import java.util.LinkedHashMap;
import java.util.Map;

/** The fields of a request, in the order in which they were given. Immutable. */
record Fields(Map<String, Object> values) {
    static final Fields NONE = new Fields(Map.of());

    Fields with(String name, Object value) {
        var after = new LinkedHashMap<>(values);
        after.put(name, value);
        return new Fields(after);
    }

    /** Adds one entry to the field {@code name}, which is a map of texts. */
    Fields withEntry(String name, String key, String value) {
        var entries = new LinkedHashMap<String, Object>();
        if (values.get(name) instanceof Map<?, ?> before) {
            before.forEach((k, v) -> entries.put(String.valueOf(k), v));
        }
        entries.put(key, value);
        return with(name, entries);
    }

    @Override
    public String toString() {
        // Values may be what their owner would not like to see in a log.
        return values.keySet().toString();
    }
}
