package dev.sealbox.http;

import static akka.http.javadsl.server.Directives.complete;
import static akka.http.javadsl.server.Directives.extractMaterializer;
import static akka.http.javadsl.server.Directives.extractRequest;

import akka.NotUsed;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.MediaTypes;
import akka.http.javadsl.model.headers.RawHeader;
import akka.http.javadsl.server.Route;
import akka.stream.BoundedSourceQueue;
import akka.stream.Materializer;
import akka.stream.javadsl.Source;
import akka.util.ByteString;
import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.image.BuildLog;
import dev.sealbox.domain.image.Building;
import java.time.Duration;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.StreamSupport;

/**
 * What comes of a build, told while it goes on, in the few words of server-sent events that the SDKs' parsers understand
 * (PROTOCOLS 4.2): one line of data per event, line feeds only. A client that reads slowly misses lines of the log, never
 * the result.
 */
final class BuildStreams {
    private static final int LINES = 4096;
    private static final int MAX_ERROR = 2_000;
    private static final ByteString KEEP_ALIVE = ByteString.fromString(": keepalive\n\n");

    private final Duration keepAlive;

    BuildStreams(HttpSettings settings) {
        this.keepAlive = settings.images().keepAlive();
    }

    /** Whether the client wants to be told by events. Asked only where there is a build. */
    static boolean wanted(HttpRequest request) {
        return StreamSupport.stream(request.getHeaders().spliterator(), false)
                .filter(header -> header.is("accept"))
                .anyMatch(header -> header.value().contains("text/event-stream"));
    }

    /** Answers with the events of what {@code begin} begins. A client that goes away has left. */
    <T> Route answer(String requestId, Function<BuildLog, Building<T>> begin, Function<T, Object> wire) {
        return extractMaterializer(materializer -> complete(response(events(requestId, begin, wire, materializer))));
    }

    private <T> Source<ByteString, NotUsed> events(
            String requestId, Function<BuildLog, Building<T>> begin, Function<T, Object> wire, Materializer streams) {
        var lines = Source.<ByteString>queue(LINES).preMaterialize(streams);
        BoundedSourceQueue<ByteString> queue = lines.first();
        var building = begin.apply(line -> queue.offer(event("build_log", line)));
        var last = building.outcome()
                .handle((outcome, failure) ->
                        failure == null && outcome != null ? last(outcome, wire) : error(failed(failure, requestId)))
                .whenComplete((event, failure) -> queue.complete());
        return lines.second()
                .concat(Source.completionStage(last))
                .keepAlive(keepAlive, () -> KEEP_ALIVE)
                .watchTermination((used, ended) -> {
                    ended.whenComplete((done, failure) -> building.leave().run());
                    return used;
                });
    }

    private static String failed(Throwable failure, String requestId) {
        var cause = failure.getCause() instanceof InvalidValue invalid ? invalid : failure;
        return cause instanceof InvalidValue ? String.valueOf(cause.getMessage()) : Problems.line(failure, requestId);
    }

    private static <T> ByteString last(Outcome<T> outcome, Function<T, Object> wire) {
        return switch (outcome) {
            case Outcome.Done<T>(var value) -> event("result", wire.apply(value));
            case Outcome.Refused<T>(var reason) -> error(reason.message());
        };
    }

    private static ByteString error(String message) {
        var text = message.length() > MAX_ERROR ? message.substring(0, MAX_ERROR) + "..." : message;
        return event("error", Map.of("error", text));
    }

    private static ByteString event(String name, Object data) {
        return ByteString.fromString("event: " + name + "\ndata: ")
                .concat(ByteString.fromArrayUnsafe(Json.bytes(data)))
                .concat(ByteString.fromString("\n\n"));
    }

    private static HttpResponse response(Source<ByteString, NotUsed> events) {
        return HttpResponse.create()
                .withEntity(HttpEntities.create(MediaTypes.TEXT_EVENT_STREAM.toContentType(), events))
                .addHeader(RawHeader.create("Cache-Control", "no-cache"))
                .addHeader(RawHeader.create("X-Accel-Buffering", "no"));
    }

    /** Goes on with whether the client wants events. */
    static Route choose(Function<Boolean, Route> inner) {
        return extractRequest(request -> inner.apply(wanted(request)));
    }
}
