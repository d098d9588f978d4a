package dev.sealbox.http;

import akka.NotUsed;
import akka.actor.Cancellable;
import akka.actor.typed.ActorSystem;
import akka.http.impl.engine.server.UpgradeToOtherProtocolResponseHeader;
import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.Connection;
import akka.http.javadsl.model.headers.RawHeader;
import akka.stream.KillSwitches;
import akka.stream.SharedKillSwitch;
import akka.stream.javadsl.Flow;
import akka.stream.javadsl.Source;
import akka.util.ByteString;
import dev.sealbox.domain.preview.PortConnection;
import dev.sealbox.domain.preview.Previews;
import dev.sealbox.domain.preview.Visit;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * WebSockets to programs in sandboxes. The handshake is passed on; once the program has agreed, bytes go both ways as they
 * are, and the visitor's connection carries nothing else until it ends. Thread-safe.
 *
 * <p>Rests on an internal interface of Akka HTTP, in this file only: the header that hands a connection over.
 */
final class PreviewSockets {
    /** How long a program may still say something to a visitor who is done: the answer to a close. */
    private static final Executor FAREWELL = CompletableFuture.delayedExecutor(3, TimeUnit.SECONDS);

    private final ActorSystem<?> system;
    private final Previews previews;
    private final HttpSettings.Preview settings;
    private final SharedKillSwitch stop = KillSwitches.shared("preview-sockets");

    PreviewSockets(ActorSystem<?> system, Previews previews, HttpSettings settings) {
        this.system = system;
        this.previews = previews;
        this.settings = settings.preview();
    }

    /** Ends all of them. */
    void stop() {
        stop.shutdown();
    }

    /** The program's answer to the handshake, or a page in its place. */
    CompletionStage<HttpResponse> answer(HttpRequest request, Visit visit, Previews.Entry entry) {
        var connection = entry.connection();
        return connection
                .send(handshake(request, entry))
                .thenCompose(sent -> head(connection, new Heard()))
                .toCompletableFuture()
                .orTimeout(settings.answerTimeout().toMillis(), TimeUnit.MILLISECONDS)
                .handle((head, failure) -> {
                    if (failure == null && head.isPresent() && isAgreed(head.get())) {
                        return agreed(head.get(), visit, connection);
                    }
                    connection.close();
                    return failure == null ? declined(head) : instead(failure);
                });
    }

    private static byte[] handshake(HttpRequest request, Previews.Entry entry) {
        var head = new StringBuilder("GET " + PreviewExchange.target(request) + " HTTP/1.1\r\n");
        head.append("Host: ").append(PreviewFields.host(request)).append("\r\n");
        head.append("Connection: Upgrade\r\nUpgrade: websocket\r\n");
        for (var field : PreviewFields.inwards(request, entry.guard())) {
            head.append(field.name()).append(": ").append(field.value()).append("\r\n");
        }
        return head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Empty when the program says something else than an answer in HTTP. */
    private static CompletionStage<Optional<AnswerHead>> head(PortConnection connection, Heard heard) {
        return connection.receive().thenCompose(more -> {
            if (more.isEmpty()) {
                return CompletableFuture.completedFuture(Optional.empty());
            }
            heard.writeBytes(more.get());
            var end = heard.end();
            if (end >= 0) {
                var bytes = heard.toByteArray();
                return CompletableFuture.completedFuture(AnswerHead.read(bytes, bytes.length, end));
            }
            return heard.size() < AnswerHead.LARGEST
                    ? head(connection, heard)
                    : CompletableFuture.completedFuture(Optional.empty());
        });
    }

    /** What a program has said so far. Each byte is looked at once, however small the pieces are in which it comes. */
    private static final class Heard extends ByteArrayOutputStream {
        private int searched;

        private int end() {
            var end = AnswerHead.end(buf, searched, count);
            searched = count;
            return end;
        }
    }

    private static boolean isAgreed(AnswerHead head) {
        return head.status() == 101 && says(head, "upgrade", "websocket") && says(head, "connection", "upgrade");
    }

    private static boolean says(AnswerHead head, String name, String word) {
        return head.fields().stream()
                .filter(field -> field.name().equalsIgnoreCase(name))
                .flatMap(field -> Arrays.stream(field.value().split(",")))
                .anyMatch(said -> said.strip().equalsIgnoreCase(word));
    }

    private HttpResponse agreed(AnswerHead head, Visit visit, PortConnection connection) {
        var fields = new ArrayList<HttpHeader>();
        head.fields().forEach(field -> fields.add(RawHeader.create(field.name(), field.value())));
        return HttpResponse.create()
                .withStatus(101)
                .addHeaders(PreviewFields.outwards(fields))
                .addHeader(new Verbatim("Upgrade", "websocket"))
                .addHeader(Connection.create("Upgrade"))
                .addHeader(UpgradeToOtherProtocolResponseHeader.apply(carried(head.rest(), visit, connection)
                        .mapMaterializedValue(used -> (Object) used)
                        .asScala()));
    }

    /**
     * Either side's end ends the other one, the visitor's after a moment; and so does a door that is shut meanwhile: a new
     * token, a port that is no longer exposed.
     */
    private Flow<ByteString, ByteString, NotUsed> carried(ByteString rest, Visit visit, PortConnection connection) {
        var over = KillSwitches.shared("preview-socket");
        var output = Source.single(rest)
                .filterNot(ByteString::isEmpty)
                .concat(PortFlow.output(connection))
                .via(stop.flow())
                .via(over.flow())
                .watchTermination((used, ended) -> {
                    var looking = looking(visit, () -> {
                        over.shutdown();
                        connection.close();
                    });
                    ended.whenComplete((done, failure) -> {
                        looking.cancel();
                        over.shutdown();
                    });
                    return used;
                });
        var input = Flow.<ByteString>create()
                .via(over.flow())
                .to(PortFlow.input(connection)
                        .mapMaterializedValue(told -> told.whenComplete((done, failure) -> {
                            if (failure == null) {
                                FAREWELL.execute(connection::close);
                            } else {
                                connection.close();
                            }
                        })));
        return Flow.fromSinkAndSource(input, output);
    }

    /** Looks at the door again and again; what cannot be known now is known the next time. */
    private Cancellable looking(Visit visit, Runnable shut) {
        return system.scheduler()
                .scheduleWithFixedDelay(
                        settings.lookAgain(),
                        settings.lookAgain(),
                        () -> Answers.asking(() -> previews.admits(visit)).whenComplete((admitted, failure) -> {
                            if (failure == null && !admitted) {
                                shut.run();
                            }
                        }),
                        system.executionContext());
    }

    /** A program may refuse a handshake; what it says with that is not read. */
    private static HttpResponse declined(Optional<AnswerHead> head) {
        return head.map(AnswerHead::status)
                .filter(status -> status >= 400 && status < 600)
                .map(status -> PreviewPages.page(status, "The program in the sandbox refused the WebSocket."))
                .orElseGet(PreviewPages::broken);
    }

    private static HttpResponse instead(Throwable failure) {
        var cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof TimeoutException ? PreviewPages.tooSlow() : PreviewPages.broken();
    }
}
