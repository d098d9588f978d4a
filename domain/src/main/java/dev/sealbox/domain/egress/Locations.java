package dev.sealbox.domain.egress;

import dev.sealbox.domain.InvalidValue;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Where in a request a secret's value may take its token's place; anywhere else the token goes on as it is. */
public record Locations(Set<Location> open) {
    public static final Locations ALL = new Locations(EnumSet.allOf(Location.class));

    /** Keeps the order in which locations are declared. */
    public Locations {
        var ordered = EnumSet.noneOf(Location.class);
        ordered.addAll(open);
        open = Collections.unmodifiableSet(ordered);
    }

    /**
     * Of words, in any order.
     *
     * @throws InvalidValue for a word that is no location's
     */
    public static Locations parse(List<String> words) {
        var open = EnumSet.noneOf(Location.class);
        words.forEach(word -> open.add(Location.parse(word)));
        return new Locations(open);
    }

    /** The words that {@link #toString} gave. */
    public static Locations parse(String text) {
        return parse(text.isEmpty() ? List.of() : List.of(text.split(" ", -1)));
    }

    public boolean has(Location location) {
        return open.contains(location);
    }

    public List<String> words() {
        return open.stream().map(Location::word).toList();
    }

    /** The words, with spaces between. */
    @Override
    public String toString() {
        return String.join(" ", words());
    }
}
