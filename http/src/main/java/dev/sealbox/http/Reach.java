package dev.sealbox.http;

import static akka.http.javadsl.server.Directives.optionalHeaderValueByName;
import static akka.http.javadsl.server.Directives.parameterOptional;

import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.RawHeader;
import akka.http.javadsl.server.Route;
import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.store.Refreshed;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How an answer tells which running sandboxes have taken a change: in headers, and in the body where there is one. */
final class Reach {
    /** Proxies and clients limit a header to 8 KiB; all ids are in the body of who asks for one. */
    private static final int LISTED = 100;

    private static final Set<String> YES = Set.of("true", "1", "yes");
    private static final Set<String> NO = Set.of("false", "0", "no", "");

    private Reach() {}

    /** Adds the headers to an answer. */
    static HttpResponse told(HttpResponse answer, Refreshed refreshed) {
        return answer.addHeader(RawHeader.create("X-Sealbox-Refreshed", Integer.toString(refreshed.sandboxes())))
                .addHeader(errors(refreshed.lagging()));
    }

    private static HttpHeader errors(List<SandboxId> lagging) {
        var some = lagging.stream().limit(LISTED).map(SandboxId::value);
        var text =
                Stream.concat(Stream.of(Integer.toString(lagging.size())), some).collect(Collectors.joining(" "));
        return RawHeader.create("X-Sealbox-Refresh-Errors", text);
    }

    /** The lagging sandboxes as text, empty when there is none. */
    static Optional<String> errors(Refreshed refreshed) {
        return Optional.of(refreshed.lagging())
                .filter(lagging -> !lagging.isEmpty())
                .map(lagging -> lagging.stream().map(SandboxId::value).collect(Collectors.joining(" ")));
    }

    /** The answer to a delete: 204, or 200 with the fields of the body for who explicitly accepts JSON. */
    static Route deleted(String name, Function<Function<Refreshed, HttpResponse>, Route> asked) {
        return optionalHeaderValueByName(
                "Accept",
                accept -> asked.apply(refreshed -> told(
                        accept.filter(Reach::namesJson).isPresent()
                                ? Answers.ok(StoreJson.SetResult.of(name, "deleted", refreshed))
                                : Answers.noContent(),
                        refreshed)));
    }

    private static boolean namesJson(String accept) {
        return Stream.of(accept.split(","))
                .map(range -> range.split(";", 2)[0].strip())
                .anyMatch("application/json"::equalsIgnoreCase);
    }

    /** Reads {@code revoke}; anything but a yes or a no is refused, so that no revocation is missed by a typing error. */
    static Route revoking(Function<Boolean, Route> inner) {
        return parameterOptional("revoke", answer -> {
            var text = answer.orElse("").toLowerCase(Locale.ROOT);
            if (!YES.contains(text) && !NO.contains(text)) {
                throw new InvalidValue("revoke must be true or false");
            }
            return inner.apply(YES.contains(text));
        });
    }
}
