package dev.sealbox.http;

import static akka.http.javadsl.server.Directives.complete;
import static akka.http.javadsl.server.Directives.extractRequest;
import static akka.http.javadsl.server.Directives.onSuccess;

import akka.http.javadsl.model.AttributeKeys;
import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.headers.RawHeader;
import akka.http.javadsl.server.Route;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.organization.ApiKeys;
import java.net.InetAddress;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Who is asking: the header {@code X-API-Key} decides. A missing key and a wrong one are answered alike. */
final class Authentication {
    private static final int MAX_LENGTH = 512;
    private static final RawHeader CHALLENGE = RawHeader.create("WWW-Authenticate", "X-API-Key");

    private final ApiKeys keys;

    Authentication(ApiKeys keys) {
        this.keys = keys;
    }

    Route required(String requestId, Function<Origin, Route> inner) {
        return extractRequest(request -> onSuccess(
                holder(request),
                found -> found.map(holder -> inner.apply(
                                new Origin(holder.organization(), holder.keyId(), address(request), requestId)))
                        .orElseGet(Authentication::refused)));
    }

    private static Route refused() {
        return complete(Problems.from(Mistake.NO_KEY).addHeader(CHALLENGE));
    }

    private CompletionStage<Optional<ApiKeys.Holder>> holder(HttpRequest request) {
        return request.getHeader("X-API-Key")
                .map(HttpHeader::value)
                .filter(key -> !key.isEmpty() && key.length() <= MAX_LENGTH)
                .map(keys::authenticate)
                .orElseGet(() -> CompletableFuture.completedFuture(Optional.empty()));
    }

    /** The peer's own address: a header could be forged. */
    private static String address(HttpRequest request) {
        return request.getAttribute(AttributeKeys.remoteAddress)
                .flatMap(peer -> peer.getAddress())
                .map(InetAddress::getHostAddress)
                .orElse("");
    }
}
