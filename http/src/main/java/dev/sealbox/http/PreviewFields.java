package dev.sealbox.http;

import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import dev.sealbox.domain.preview.PreviewHash;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Which fields go on to a sandbox, and which come back: none that speak of one connection only, no key of this server, not
 * the token that opened the door.
 */
final class PreviewFields {
    static final String TOKEN = "x-oc-preview-token";
    private static final String BEARER = "bearer ";

    private static final Set<String> OF_THE_CONNECTION = Set.of(
            "connection",
            "keep-alive",
            "proxy-connection",
            "proxy-authenticate",
            "proxy-authorization",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "http2-settings",
            // The length and the type go with the body.
            "content-length",
            "content-type");

    private static final Set<String> NOT_INWARDS =
            Set.of("host", "expect", "x-api-key", TOKEN, "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto");

    /** The first two are said by this server; the others would speak for more than this one host name. */
    private static final Set<String> NOT_OUTWARDS = Set.of("server", "date", "alt-svc", "clear-site-data");

    private static final Set<String> SCHEMES = Set.of("http", "https");

    private PreviewFields() {}

    /** What may be the token, in either of its two places (PROTOCOLS 11). */
    static List<String> tokens(HttpRequest request) {
        return Stream.concat(
                        values(request, TOKEN), values(request, "authorization").flatMap(PreviewFields::bearer))
                .filter(token -> !token.isEmpty())
                .toList();
    }

    private static Stream<String> bearer(String credentials) {
        return credentials.regionMatches(true, 0, BEARER, 0, BEARER.length())
                ? Stream.of(credentials.substring(BEARER.length()).strip())
                : Stream.empty();
    }

    /** What the sandbox gets, but for the host; {@code guard} as in {@code Previews.Entry}. */
    static List<HttpHeader> inwards(HttpRequest request, Optional<PreviewHash> guard) {
        var dropped = named(request.getHeaders());
        var fields = new ArrayList<HttpHeader>();
        for (var field : request.getHeaders()) {
            var name = field.lowercaseName();
            if (field.renderInRequests()
                    && !OF_THE_CONNECTION.contains(name)
                    && !NOT_INWARDS.contains(name)
                    && !dropped.contains(name)
                    && !(name.equals("authorization") && opens(field.value(), guard))) {
                fields.add(new Verbatim(field.name(), field.value()));
            }
        }
        fields.add(new Verbatim("X-Forwarded-For", forwardedFor(request)));
        fields.add(new Verbatim("X-Forwarded-Host", host(request)));
        fields.add(new Verbatim("X-Forwarded-Proto", scheme(request)));
        return fields;
    }

    private static boolean opens(String credentials, Optional<PreviewHash> guard) {
        return guard.isPresent() && bearer(credentials).anyMatch(guard.get()::isOf);
    }

    /** What a visitor gets. */
    static List<HttpHeader> outwards(Iterable<HttpHeader> headers) {
        var dropped = named(headers);
        var fields = new ArrayList<HttpHeader>();
        for (var field : headers) {
            var name = field.lowercaseName();
            if (field.renderInResponses()
                    && !OF_THE_CONNECTION.contains(name)
                    && !NOT_OUTWARDS.contains(name)
                    && !dropped.contains(name)) {
                fields.add(new Verbatim(
                        field.name(), name.equals("set-cookie") ? ofThisHost(field.value()) : field.value()));
            }
        }
        return fields;
    }

    /** A cookie for the host name that set it and no other, such as a neighbour's. */
    static String ofThisHost(String cookie) {
        return Arrays.stream(cookie.split(";", -1))
                .filter(part -> !part.split("=", 2)[0].strip().equalsIgnoreCase("domain"))
                .collect(Collectors.joining(";"));
    }

    /** Fields that a Connection field names are for the next hop only. */
    private static Set<String> named(Iterable<HttpHeader> headers) {
        return StreamSupport.stream(headers.spliterator(), false)
                .filter(field -> field.is("connection"))
                .flatMap(field -> Arrays.stream(field.value().split(",")))
                .map(name -> name.strip().toLowerCase(Locale.ROOT))
                .collect(Collectors.toCollection(HashSet::new));
    }

    /** The Host field as the visitor wrote it, or as it follows from the target. */
    static String host(HttpRequest request) {
        return values(request, "host")
                .findFirst()
                .filter(host -> !host.isEmpty())
                .orElseGet(() -> request.getUri().getHost().address());
    }

    /** The last is this server's own word, the ones before may be a visitor's invention. */
    private static String forwardedFor(HttpRequest request) {
        var peer =
                Authentication.address(request).map(InetAddress::getHostAddress).orElse("unknown");
        return Stream.concat(values(request, "x-forwarded-for"), Stream.of(peer))
                .collect(Collectors.joining(", "));
    }

    private static String scheme(HttpRequest request) {
        return values(request, "x-forwarded-proto")
                .map(value -> value.strip().toLowerCase(Locale.ROOT))
                .filter(SCHEMES::contains)
                .findFirst()
                .orElse("http");
    }

    private static Stream<String> values(HttpRequest request, String name) {
        return StreamSupport.stream(request.getHeaders().spliterator(), false)
                .filter(field -> field.is(name))
                .map(HttpHeader::value);
    }
}
