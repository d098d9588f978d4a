package dev.sealbox.http;

import akka.http.javadsl.model.HttpRequest;
import dev.sealbox.domain.InvalidValue;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** The query of a request, taken at its word: what is not known or said twice is refused, not passed over. */
final class QueryText {
    private static final Pattern DIGITS = Pattern.compile("[0-9]{1,18}");

    private final Map<String, List<String>> texts;

    private QueryText(Map<String, List<String>> texts) {
        this.texts = texts;
    }

    /**
     * Reads the query.
     *
     * @throws InvalidValue for a name that is not in {@code known}, or that is there twice
     */
    static QueryText of(HttpRequest request, Set<String> known) {
        var texts = request.getUri().query().toMultiMap();
        texts.forEach((name, values) -> {
            if (!known.contains(name)) {
                throw new InvalidValue("the query may hold: "
                        + String.join(", ", known.stream().sorted().toList()));
            }
            if (values.size() > 1) {
                throw new InvalidValue(name + " is there more than once");
            }
        });
        return new QueryText(texts);
    }

    Optional<String> text(String name) {
        return Optional.ofNullable(texts.get(name)).map(List::getFirst);
    }

    boolean flag(String name) {
        return text(name)
                .map(text -> switch (text) {
                    case "true" -> true;
                    case "false" -> false;
                    default -> throw new InvalidValue(name + " is true or false");
                })
                .orElse(false);
    }

    /** A number between {@code least} and {@code most}. */
    Optional<Long> number(String name, long least, long most) {
        return text(name).map(text -> number(name, text, least, most));
    }

    /**
     * Reads a number.
     *
     * @throws InvalidValue naming {@code what}, if it is none between {@code least} and {@code most}
     */
    static long number(String what, String text, long least, long most) {
        if (DIGITS.matcher(text).matches()) {
            var number = Long.parseLong(text);
            if (number >= least && number <= most) {
                return number;
            }
        }
        throw new InvalidValue(what + " is a number from " + least + " to " + most);
    }
}
