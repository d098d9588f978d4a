package dev.sealbox.http;

import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.StatusCodes;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What clients of the contract know and this server has not: answered 404, as the contract wants it until then, with a
 * code and a word that tell it from a mistyped path.
 */
final class NotServed {
    private static final int WHAT = 2;

    /** Below a sandbox. */
    private static final Map<String, String> OF_SANDBOX =
            Map.of("mounts", "mounts", "logs", "logs of sandboxes", "agent", "agents");

    private NotServed() {}

    /** @param segments of the path, below {@code /api} */
    static Optional<HttpResponse> at(List<String> segments) {
        return name(segments)
                .map(what -> Problems.envelope(
                        StatusCodes.NOT_FOUND, "not-supported", what + " are not supported yet", Map.of()));
    }

    private static Optional<String> name(List<String> segments) {
        return switch (segments.isEmpty() ? "" : segments.getFirst()) {
            case "templates" -> Optional.of("templates");
            case "sandboxes" ->
                segments.size() > WHAT ? Optional.ofNullable(OF_SANDBOX.get(segments.get(WHAT))) : Optional.empty();
            default -> Optional.empty();
        };
    }
}
