package dev.sealbox.http;

import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import dev.sealbox.domain.InvalidValue;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Which version of a secret must be current for a change to happen. */
final class Precondition {
    private static final Pattern TAG = Pattern.compile("\"(0|[1-9][0-9]{0,8})\"");

    private Precondition() {}

    /**
     * What {@code If-Match: "N"}, {@code If-None-Match: *} and the field {@code cas} say: a version, 0 for none; empty
     * when there is none of them.
     *
     * @throws InvalidValue when they contradict each other, or say something else
     */
    static Optional<Integer> of(HttpRequest request, JsonBody body) {
        var said = Stream.of(
                        values(request, "if-match").map(Precondition::match),
                        values(request, "if-none-match").map(Precondition::noneMatch),
                        body.optionalInt("cas").stream().map(Precondition::cas))
                .flatMap(all -> all)
                .distinct()
                .toList();
        if (said.size() > 1) {
            throw new InvalidValue("cas, If-Match and If-None-Match contradict each other");
        }
        return said.stream().findFirst();
    }

    /** {@code name} in lower case. */
    private static Stream<String> values(HttpRequest request, String name) {
        return StreamSupport.stream(request.getHeaders().spliterator(), false)
                .filter(header -> header.is(name))
                .map(HttpHeader::value);
    }

    private static int match(String value) {
        var tag = TAG.matcher(value.strip());
        if (!tag.matches()) {
            throw new InvalidValue("If-Match must be one version in quotes, as an ETag says it");
        }
        return Integer.parseInt(tag.group(1));
    }

    private static int noneMatch(String value) {
        if (!value.strip().equals("*")) {
            throw new InvalidValue("If-None-Match must be *");
        }
        return 0;
    }

    private static int cas(int version) {
        if (version < 0) {
            throw new InvalidValue("cas must be a version, or 0 for none");
        }
        return version;
    }
}
