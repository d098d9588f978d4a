package dev.sealbox.http;

import static akka.http.javadsl.server.Directives.complete;
import static akka.http.javadsl.server.Directives.extractRequest;

import akka.NotUsed;
import akka.http.impl.engine.ws.FrameEvent;
import akka.http.impl.engine.ws.UpgradeToWebSocketLowLevel;
import akka.http.javadsl.model.AttributeKeys;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.server.Route;
import akka.stream.KillSwitches;
import akka.stream.SharedKillSwitch;
import akka.stream.javadsl.BidiFlow;
import akka.stream.javadsl.Flow;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.Source;
import dev.sealbox.http.WebSocketFrames.Received;
import dev.sealbox.http.WebSocketFrames.Sent;
import java.util.function.Function;
import scala.Option;

/** Connections that become WebSockets. Thread-safe. */
final class WebSockets {
    private final HttpSettings.WebSocket settings;
    private final SharedKillSwitch stop = KillSwitches.shared("web-sockets");

    /** How a request becomes a WebSocket. */
    @FunctionalInterface
    interface Upgrade {
        /** The answer to the handshake; {@code output} should end with a close. */
        HttpResponse to(Sink<Received, NotUsed> input, Source<Sent, NotUsed> output);
    }

    WebSockets(HttpSettings settings) {
        this.settings = settings.webSocket();
    }

    static boolean isHandshake(HttpRequest request) {
        return request.getAttribute(AttributeKeys.webSocketUpgrade).isPresent();
    }

    /** Goes on with a handshake; anything else is answered with what is wrong. */
    Route upgraded(Function<Upgrade, Route> inner) {
        return extractRequest(request -> request.getAttribute(AttributeKeys.webSocketUpgrade)
                .filter(UpgradeToWebSocketLowLevel.class::isInstance)
                .map(UpgradeToWebSocketLowLevel.class::cast)
                .map(upgrade -> inner.apply((input, output) -> response(upgrade, input, output)))
                .orElseGet(() -> complete(Problems.from(Mistake.NO_WEB_SOCKET))));
    }

    private HttpResponse response(
            UpgradeToWebSocketLowLevel upgrade, Sink<Received, NotUsed> input, Source<Sent, NotUsed> output) {
        var until = output.via(stop.<Sent>flow()).concat(Source.single(new Sent.Close(WebSocketFrames.GOING_AWAY)));
        Flow<FrameEvent, FrameEvent, Object> frames = BidiFlow.fromGraph(
                        new WebSocketFrames(settings.maxMessage(), settings.pingEvery()))
                .join(Flow.fromSinkAndSource(input, until))
                .mapMaterializedValue(used -> used);
        return upgrade.handleFrames(frames, Option.empty());
    }

    /** Closes all of them, as one does when the server goes away. */
    void stop() {
        stop.shutdown();
    }
}
