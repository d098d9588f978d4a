package dev.sealbox.domain.audit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * One place in which two portraits differ.
 *
 * @param pointer where, as a JSON pointer (RFC 6901)
 * @param before empty when it was added
 * @param after empty when it was removed
 */
public record Difference(String pointer, Optional<Object> before, Optional<Object> after) {

    /** The word for it: {@code added}, {@code removed} or {@code changed}. */
    public String kind() {
        return before.isEmpty() ? "added" : after.isEmpty() ? "removed" : "changed";
    }

    /** All differences, in the order of their places. Objects are compared field by field, lists as a whole. */
    public static List<Difference> between(Map<String, Object> before, Map<String, Object> after) {
        var found = new ArrayList<Difference>();
        compare("", before, after, found);
        return List.copyOf(found);
    }

    private static void compare(String at, Map<?, ?> before, Map<?, ?> after, List<Difference> found) {
        var names = new TreeSet<String>();
        before.keySet().forEach(name -> names.add(String.valueOf(name)));
        after.keySet().forEach(name -> names.add(String.valueOf(name)));
        for (var name : names) {
            var pointer = at + "/" + name.replace("~", "~0").replace("/", "~1");
            compare(pointer, Optional.ofNullable(before.get(name)), Optional.ofNullable(after.get(name)), found);
        }
    }

    private static void compare(String at, Optional<?> before, Optional<?> after, List<Difference> found) {
        if (before.equals(after)) {
            return;
        }
        if (before.orElse(null) instanceof Map<?, ?> old && after.orElse(null) instanceof Map<?, ?> now) {
            compare(at, old, now, found);
        } else {
            found.add(new Difference(at, before.map(Object.class::cast), after.map(Object.class::cast)));
        }
    }
}
