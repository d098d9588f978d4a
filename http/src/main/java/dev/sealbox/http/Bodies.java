package dev.sealbox.http;

import static akka.http.javadsl.server.Directives.complete;
import static akka.http.javadsl.server.Directives.extractMaterializer;
import static akka.http.javadsl.server.Directives.extractRequest;
import static akka.http.javadsl.server.Directives.onSuccess;

import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.RequestEntity;
import akka.http.javadsl.server.Route;
import akka.stream.Materializer;
import akka.stream.StreamLimitReachedException;
import akka.stream.javadsl.Sink;
import akka.util.ByteString;
import dev.sealbox.domain.identity.Origin;
import java.time.Duration;
import java.util.Arrays;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Reads JSON bodies of bounded size in bounded time.
 *
 * <p>A secret's value passes through here. The array that a body is parsed from is wiped; the network buffers before it
 * and the text that the parser makes stay in memory until they are collected.
 */
final class Bodies {
    private final Bounds usual;
    private final Bounds withImage;

    private final Repetition repetition;

    Bodies(HttpSettings settings, Repetition repetition) {
        this.repetition = repetition;
        this.usual = new Bounds(settings.maxJson(), settings.bodyTimeout());
        this.withImage =
                new Bounds(settings.images().maxBody(), settings.images().bodyTimeout());
    }

    /** @param limit bytes */
    private record Bounds(int limit, Duration patience) {}

    private sealed interface Body {
        record Read(JsonBody fields) implements Body {}

        record Bad(Mistake why) implements Body {}
    }

    /** Goes on with the body's fields; an absent body has none. */
    Route json(Function<JsonBody, Route> inner) {
        return json(usual, inner);
    }

    private Route json(Bounds bounds, Function<JsonBody, Route> inner) {
        return extractRequest(request -> extractMaterializer(materializer ->
                onSuccess(read(request, bounds, materializer), body -> switch (body) {
                    case Body.Read(var fields) -> inner.apply(fields);
                    case Body.Bad(var why) -> complete(Problems.from(why));
                })));
    }

    /** As {@link #json}, for what a client may repeat; the id is that of what is created. */
    Route creation(Origin origin, BiFunction<JsonBody, UUID, Route> inner) {
        return json(body -> repetition.once(origin, body, id -> inner.apply(body, id)));
    }

    /** As {@link #creation}, for a body that may hold an image with its files; only then may it be as large. */
    Route imageCreation(Origin origin, BiFunction<JsonBody, UUID, Route> inner) {
        return json(withImage, body -> repetition.once(origin, body, id -> inner.apply(body, id)));
    }

    private CompletionStage<Body> read(HttpRequest request, Bounds bounds, Materializer materializer) {
        var entity = request.entity();
        if (entity.isKnownEmpty()) {
            return CompletableFuture.completedFuture(new Body.Read(JsonBody.EMPTY));
        }
        if (!isJson(entity)) {
            return CompletableFuture.completedFuture(new Body.Bad(Mistake.NOT_JSON));
        }
        // What goes beyond the limit is still read for a while, so that its sender comes to read the answer.
        return Unread.take(request)
                .withoutSizeLimit()
                .getDataBytes()
                .completionTimeout(bounds.patience())
                .limitWeighted(bounds.limit() + Unread.MOST, chunk -> (long) chunk.size())
                .runWith(Sink.fold(Collected.NOTHING, (held, chunk) -> held.with(chunk, bounds.limit())), materializer)
                .thenApply(collected -> collected.parsed(usual.limit()))
                .exceptionally(Bodies::unread);
    }

    private static Body unread(Throwable failure) {
        var cause = failure instanceof CompletionException wrapped && wrapped.getCause() != null
                ? wrapped.getCause()
                : failure;
        return switch (cause) {
            case TimeoutException e -> new Body.Bad(Mistake.TOO_SLOW);
            case StreamLimitReachedException e -> new Body.Bad(Mistake.TOO_LARGE);
            default -> throw new CompletionException(cause);
        };
    }

    private static boolean isJson(RequestEntity entity) {
        var type = entity.getContentType();
        // A request without Content-Type comes as octets.
        if (type.equals(ContentTypes.APPLICATION_OCTET_STREAM) || type.equals(ContentTypes.NO_CONTENT_TYPE)) {
            return true;
        }
        var subType = type.mediaType().subType();
        return subType.equals("json") || subType.endsWith("+json");
    }

    /** What has arrived, up to a limit; what goes beyond is counted only. Holds the network's buffers, no copies. */
    private record Collected(ByteString bytes, long length) {
        private static final Collected NOTHING = new Collected(ByteString.emptyByteString(), 0);

        private Collected with(ByteString chunk, int limit) {
            var sum = length + chunk.size();
            return new Collected(sum <= limit ? bytes.concat(chunk) : bytes, sum);
        }

        /** Beyond {@code usual} bytes only what holds an image is taken. */
        private Body parsed(int usual) {
            if (length > bytes.size()) {
                return new Body.Bad(Mistake.TOO_LARGE);
            }
            var body = new byte[bytes.size()];
            try {
                bytes.copyToArray(body, 0, body.length);
                var fields = JsonBody.parse(body);
                return length <= usual || fields.has("image") ? new Body.Read(fields) : new Body.Bad(Mistake.TOO_LARGE);
            } finally {
                Arrays.fill(body, (byte) 0);
            }
        }
    }
}
