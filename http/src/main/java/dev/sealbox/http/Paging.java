package dev.sealbox.http;

import static akka.http.javadsl.server.Directives.extractRequest;
import static akka.http.javadsl.server.Directives.parameterOptional;

import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.RawHeader;
import akka.http.javadsl.server.Route;
import dev.sealbox.domain.InvalidValue;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * Which page of a list is asked for, by {@code ?limit=&after=}.
 *
 * @param path of the list, as it was asked
 */
record Paging(String path, OptionalInt limit, Optional<String> after) {
    private static final int MOST = 1000;

    static Route asked(Function<Paging, Route> inner) {
        return parameterOptional(
                "limit",
                limit -> parameterOptional(
                        "after",
                        after -> extractRequest(
                                request -> inner.apply(of(request.getUri().path(), limit, after)))));
    }

    private static Paging of(String path, Optional<String> limit, Optional<String> after) {
        if (limit.isEmpty() && after.isPresent()) {
            throw new InvalidValue("after goes with limit only");
        }
        return new Paging(path, limit.map(text -> OptionalInt.of(number(text))).orElseGet(OptionalInt::empty), after);
    }

    private static int number(String text) {
        if (!text.matches("[0-9]{1,4}") || Integer.parseInt(text) < 1 || Integer.parseInt(text) > MOST) {
            throw new InvalidValue("limit must be a whole number from 1 to " + MOST);
        }
        return Integer.parseInt(text);
    }

    /** Adds the address of the next page, which begins behind {@code next}. */
    HttpResponse linked(HttpResponse answer, Optional<String> next) {
        return next.<HttpResponse>map(name -> answer.addHeader(RawHeader.create(
                        "Link",
                        "<%s?limit=%d&after=%s>; rel=\"next\"".formatted(path, limit.orElse(MOST), escaped(name)))))
                .orElse(answer);
    }

    private static String escaped(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
