package dev.sealbox.http;

import static akka.http.javadsl.server.Directives.complete;
import static akka.http.javadsl.server.Directives.extractRequest;
import static akka.http.javadsl.server.Directives.onSuccess;

import akka.http.javadsl.model.AttributeKeys;
import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.RemoteAddress;
import akka.http.javadsl.model.headers.RawHeader;
import akka.http.javadsl.server.Route;
import akka.japi.Pair;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.organization.ApiKeys;
import dev.sealbox.domain.organization.ApiKeys.Holder;
import dev.sealbox.domain.organization.ApiKeys.Rejected;
import dev.sealbox.http.FailedAttempts.Reason;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.StreamSupport;

/**
 * Who is asking: the header {@code X-API-Key} decides, or {@code ?api_key=} of a WebSocket's handshake. A missing key and every one that is not valid are answered alike;
 * a valid one may send only so many requests.
 */
final class Authentication {
    private static final int MAX_LENGTH = 512;
    private static final String HEADER = "X-API-Key";
    private static final String PARAMETER = "api_key";
    private static final RawHeader CHALLENGE = RawHeader.create("WWW-Authenticate", HEADER);

    private final ApiKeys keys;
    private final RateLimits limits;
    private final FailedAttempts failures;

    Authentication(ApiKeys keys, RateLimits limits, FailedAttempts failures) {
        this.keys = keys;
        this.limits = limits;
        this.failures = failures;
    }

    Route required(String requestId, Function<Asker, Route> inner) {
        return extractRequest(request -> {
            var presented = presented(request);
            if (presented.size() != 1) {
                return nobody(request, presented.isEmpty() ? Reason.MISSING : Reason.MALFORMED);
            }
            var key = presented.getFirst();
            return key.isEmpty() || key.length() > MAX_LENGTH
                    ? nobody(request, Reason.MALFORMED)
                    : onSuccess(Answers.asking(() -> keys.authenticate(key)), found -> switch (found) {
                        case Holder holder -> limited(asker(holder, request, requestId), inner);
                        case Rejected why -> nobody(request, reason(why));
                    });
        });
    }

    /** Whether the key that this request was let in with would be let in now; costs its holder nothing. */
    CompletionStage<Boolean> isValid(HttpRequest request) {
        return Answers.asking(() -> keys.authenticate(presented(request).getFirst()))
                .thenApply(Holder.class::isInstance);
    }

    /** More than one leaves open whose request it is. */
    private static List<String> presented(HttpRequest request) {
        var headers = StreamSupport.stream(request.getHeaders().spliterator(), false)
                .filter(header -> header.is("x-api-key"))
                .map(HttpHeader::value)
                .toList();
        return headers.isEmpty() && WebSockets.isHandshake(request) ? inQuery(request) : headers;
    }

    /** Where browsers, which give a handshake no headers, and the SDKs put it; nowhere else, since queries are logged. */
    private static List<String> inQuery(HttpRequest request) {
        return request.getUri().query().toList().stream()
                .filter(parameter -> parameter.first().equals(PARAMETER))
                .map(Pair::second)
                .toList();
    }

    private static Asker asker(Holder holder, HttpRequest request, String requestId) {
        return new Asker(
                new Origin(
                        holder.organization(),
                        holder.keyId(),
                        address(request).map(InetAddress::getHostAddress).orElse(""),
                        requestId),
                holder.role(),
                holder.stores());
    }

    private Route limited(Asker asker, Function<Asker, Route> inner) {
        var wait = limits.spend(asker.origin());
        return wait.isEmpty() ? inner.apply(asker) : complete(Problems.later(Mistake.TOO_MANY, wait.getAsLong()));
    }

    private Route nobody(HttpRequest request, Reason reason) {
        var wait = failures.noted(address(request).orElseGet(InetAddress::getLoopbackAddress), reason);
        HttpResponse answer = wait.isEmpty()
                ? Problems.from(Mistake.NO_KEY).addHeader(CHALLENGE)
                : Problems.later(Mistake.TOO_MANY_FAILURES, wait.getAsLong());
        return complete(answer);
    }

    private static Reason reason(Rejected why) {
        return switch (why) {
            case UNKNOWN -> Reason.UNKNOWN;
            case EXPIRED -> Reason.EXPIRED;
            case REVOKED -> Reason.REVOKED;
        };
    }

    /** The peer's own address: a header could be forged. */
    static Optional<InetAddress> address(HttpRequest request) {
        return request.getAttribute(AttributeKeys.remoteAddress).flatMap(RemoteAddress::getAddress);
    }
}
