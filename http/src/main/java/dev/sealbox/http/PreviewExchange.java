package dev.sealbox.http;

import akka.NotUsed;
import akka.actor.typed.ActorSystem;
import akka.http.javadsl.Http;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpEntity;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.ResponseEntity;
import akka.http.javadsl.model.headers.Host;
import akka.http.javadsl.model.headers.RawRequestURI;
import akka.http.javadsl.settings.ClientConnectionSettings;
import akka.stream.Attributes;
import akka.stream.Materializer;
import akka.stream.TLSProtocol.SessionBytes;
import akka.stream.TLSProtocol.SslTlsInbound;
import akka.stream.TLSProtocol.SslTlsOutbound;
import akka.stream.javadsl.BidiFlow;
import akka.stream.javadsl.Flow;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.Source;
import akka.stream.javadsl.TLSPlacebo;
import akka.util.ByteString;
import com.typesafe.config.ConfigFactory;
import dev.sealbox.domain.preview.PortConnection;
import dev.sealbox.domain.preview.Previews;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One request to a program in a sandbox, and its answer, both streamed. Each has a connection of its own, which ends with
 * it: nothing that a program sends too much of can become the answer to somebody else's request. Thread-safe.
 */
final class PreviewExchange {
    private static final BidiFlow<SslTlsOutbound, ByteString, ByteString, SslTlsInbound, NotUsed> IN_THE_CLEAR =
            BidiFlow.fromFlows(
                            Flow.<SslTlsOutbound>create(),
                            Flow.<SessionBytes>create().map(bytes -> (SslTlsInbound) bytes))
                    .atop(TLSPlacebo.getInstance());

    /** A program may say what it likes, without filling this server's log. */
    private static final Attributes UNTOLD =
            Attributes.createLogLevels(Attributes.logLevelOff(), Attributes.logLevelOff(), Attributes.logLevelOff());

    private final ActorSystem<?> system;
    private final Materializer streams;
    private final ClientConnectionSettings client;
    private final Duration patience;
    private final Duration idle;

    PreviewExchange(ActorSystem<?> system, HttpSettings settings) {
        this.system = system;
        this.streams = Materializer.matFromSystem(system);
        this.client = client(system);
        this.patience = settings.preview().answerTimeout();
        this.idle = settings.idleTimeout();
    }

    /** What a program says is bounded where it is a head, and looked at no further than it must be. */
    private static ClientConnectionSettings client(ActorSystem<?> system) {
        var chosen = ConfigFactory.parseMap(Map.ofEntries(
                Map.entry("akka.http.client.user-agent-header", ""),
                Map.entry("akka.http.client.parsing.modeled-header-parsing", "off"),
                Map.entry("akka.http.client.parsing.error-logging-verbosity", "off"),
                Map.entry("akka.http.client.parsing.illegal-header-warnings", "off"),
                Map.entry("akka.http.client.parsing.max-header-value-length", "16k"),
                Map.entry("akka.http.client.parsing.max-header-count", 128),
                Map.entry("akka.http.client.parsing.max-response-reason-length", 256)));
        return ClientConnectionSettings.create(
                chosen.withFallback(system.settings().config()));
    }

    /** The program's answer, or a page in its place; the connection is closed in either case, when all is over. */
    CompletionStage<HttpResponse> answer(HttpRequest request, Previews.Entry entry) {
        var connection = entry.connection();
        var head = request.getHeader(Host.class)
                .orElseGet(() -> Host.create(request.getUri().getHost().address()));
        var http = Http.get(system).clientLayer(head, client).atop(IN_THE_CLEAR);
        var bytes =
                BidiFlow.<ByteString, ByteString>bidirectionalIdleTimeout(idle).join(PortFlow.both(connection));
        // The source never ends by itself: its end would close one side of the connection before the answer.
        return Source.single(inner(request, entry))
                .concat(Source.maybe())
                .via(http.join(bytes))
                .addAttributes(UNTOLD)
                .runWith(Sink.head(), streams)
                .toCompletableFuture()
                .orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS)
                .thenApply(PreviewExchange::outer)
                .exceptionally(failure -> instead(failure, connection));
    }

    private static HttpRequest inner(HttpRequest request, Previews.Entry entry) {
        return HttpRequest.create()
                .withMethod(request.method())
                .withEntity(Unread.take(request))
                .addHeader(RawRequestURI.create(target(request)))
                .addHeaders(PreviewFields.inwards(request, entry.guard()))
                .addHeader(new Verbatim("Connection", "close"));
    }

    /** What stands in the request's first line, in its usual spelling. */
    static String target(HttpRequest request) {
        var path = request.getUri().getPathString();
        var query = request.getUri().rawQueryString().map(text -> "?" + text).orElse("");
        return (path.startsWith("/") ? path : "/" + path) + query;
    }

    private static HttpResponse outer(HttpResponse inner) {
        if (inner.status().intValue() < 200) {
            throw new CompletionException(new IllegalStateException("an answer before the answer"));
        }
        return HttpResponse.create()
                .withStatus(inner.status())
                .withEntity(body(inner.entity()))
                .addHeaders(PreviewFields.outwards(inner.getHeaders()));
    }

    /** One that ends with its connection is sent on in chunks, so that a break in it can be told from its end. */
    private static ResponseEntity body(ResponseEntity entity) {
        return entity instanceof HttpEntity.CloseDelimited open
                ? HttpEntities.createChunked(open.getContentType(), open.getDataBytes())
                : entity;
    }

    private static HttpResponse instead(Throwable failure, PortConnection connection) {
        connection.close();
        var cause = Optional.ofNullable(failure.getCause())
                .filter(inner -> failure instanceof CompletionException)
                .orElse(failure);
        return cause instanceof TimeoutException ? PreviewPages.tooSlow() : PreviewPages.broken();
    }
}
