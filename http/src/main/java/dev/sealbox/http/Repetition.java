package dev.sealbox.http;

import static akka.http.javadsl.server.Directives.complete;
import static akka.http.javadsl.server.Directives.extractRequest;
import static akka.http.javadsl.server.Directives.mapRouteResultFuture;
import static akka.http.javadsl.server.Directives.onSuccess;

import akka.http.javadsl.model.AttributeKey;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpEntity;
import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.StatusCodes;
import akka.http.javadsl.model.headers.RawHeader;
import akka.http.javadsl.server.Complete;
import akka.http.javadsl.server.Route;
import akka.http.javadsl.server.RouteResult;
import akka.http.javadsl.server.RouteResults;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.repeat.Claim;
import dev.sealbox.domain.repeat.GivenAnswer;
import dev.sealbox.domain.repeat.RepeatKey;
import dev.sealbox.domain.repeat.Repeats;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates that a client may send again with the same {@code Idempotency-Key}: they are done once and answered alike.
 * Since answers are kept, one that shows a secret says what is kept in its place.
 */
final class Repetition {
    private static final Logger log = LoggerFactory.getLogger(Repetition.class);
    private static final String HEADER = "Idempotency-Key";

    /** What repeats are answered, where that is not what the first one is. */
    static final AttributeKey<HttpResponse> KEPT = AttributeKey.create("kept-answer", HttpResponse.class);

    private static final RawHeader REPLAYED = RawHeader.create("Idempotency-Replayed", "true");

    /** What a repeat would be told as well. Others, such as 429 and 503, may be different the next time. */
    private static final Set<Integer> LASTING = Set.of(200, 201, 202, 204, 400, 403, 404, 409, 410);

    private final Repeats repeats;

    Repetition(Repeats repeats) {
        this.repeats = repeats;
    }

    /** Goes on with the id under which the thing is to be made. */
    Route once(Origin origin, JsonBody body, Function<UUID, Route> create) {
        return extractRequest(request -> request.getHeader(HEADER)
                .map(HttpHeader::value)
                .map(RepeatKey::new)
                .<Route>map(key -> onSuccess(
                        repeats.claim(origin, key, same(request, body)), claim -> answered(origin, key, claim, create)))
                .orElseGet(() -> create.apply(UUID.randomUUID())));
    }

    private Route answered(Origin origin, RepeatKey key, Claim claim, Function<UUID, Route> create) {
        return switch (claim) {
            case Claim.Open(var creation) ->
                mapRouteResultFuture(
                        result -> result.thenCompose(first -> remembered(origin, key, first)),
                        () -> create.apply(creation));
            case Claim.Answered(var answer) -> complete(response(answer).addHeader(REPLAYED));
            case Claim.OtherRequest other -> complete(Problems.from(Mistake.KEY_REUSED));
        };
    }

    private CompletionStage<RouteResult> remembered(Origin origin, RepeatKey key, RouteResult result) {
        if (!(result instanceof Complete complete)) {
            return CompletableFuture.completedFuture(result);
        }
        var answer = complete.getResponse().getAttribute(KEPT).orElse(complete.getResponse());
        var status = answer.status().intValue();
        if (!(answer.entity() instanceof HttpEntity.Strict body) || !LASTING.contains(status)) {
            return CompletableFuture.completedFuture(result);
        }
        var given = new GivenAnswer(status, body.getData().utf8String());
        return repeats.remember(origin, key, given)
                .thenApply(first -> first.equals(given) ? result : RouteResults.complete(response(first)))
                .exceptionally(failure -> {
                    // It is done; who repeats it finds it done.
                    log.warn("an answer cannot be remembered: {}", failure.toString());
                    return result;
                });
    }

    private static HttpResponse response(GivenAnswer answer) {
        return HttpResponse.create()
                .withStatus(StatusCodes.get(answer.status()))
                .withEntity(
                        answer.body().isEmpty()
                                ? HttpEntities.EMPTY
                                : HttpEntities.create(ContentTypes.APPLICATION_JSON, answer.body()));
    }

    /** What a request has in common with its repeats; it may hold what nobody else should see. */
    private static byte[] same(HttpRequest request, JsonBody body) {
        var whole = new ByteArrayOutputStream();
        whole.writeBytes((request.method().name() + " " + request.getUri().getPathString() + "\n")
                .getBytes(StandardCharsets.UTF_8));
        var fields = body.bytes();
        whole.writeBytes(fields);
        Arrays.fill(fields, (byte) 0);
        return whole.toByteArray();
    }
}
