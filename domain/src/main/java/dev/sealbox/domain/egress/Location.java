package dev.sealbox.domain.egress;

import dev.sealbox.domain.InvalidValue;
import java.util.Locale;
import java.util.stream.Stream;

/** A part of a request in which a value may take its token's place. */
public enum Location {
    /** Values of header fields, and of trailers. */
    HEADERS,
    /** User and password of {@code Authorization: Basic}. */
    BASIC,
    PATH,
    QUERY,
    /** Also messages of WebSockets. */
    BODY;

    /** In lower case. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Of its word.
     *
     * @throws InvalidValue for another word
     */
    public static Location parse(String word) {
        return Stream.of(values())
                .filter(location -> location.word().equals(word))
                .findFirst()
                .orElseThrow(() -> new InvalidValue("a location is one of " + Locations.ALL));
    }
}
