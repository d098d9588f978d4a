package dev.sealbox.http;

import akka.http.impl.engine.ws.FrameData;
import akka.http.impl.engine.ws.FrameEvent;
import akka.http.impl.engine.ws.FrameEventParser$;
import akka.http.impl.engine.ws.FrameHeader;
import akka.http.impl.engine.ws.FrameStart;
import akka.http.impl.engine.ws.Protocol;
import akka.stream.Attributes;
import akka.stream.BidiShape;
import akka.stream.Inlet;
import akka.stream.Outlet;
import akka.stream.stage.AbstractInHandler;
import akka.stream.stage.AbstractOutHandler;
import akka.stream.stage.GraphStage;
import akka.stream.stage.GraphStageLogic;
import akka.stream.stage.TimerGraphStageLogic;
import akka.util.ByteString;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import scala.Option;

/**
 * The server's side of one WebSocket, between frames and messages: close codes of our own choice, which Akka HTTP's
 * messages do not have, pings both ways, and a limit for what a client sends.
 *
 * <p>Rests on an internal interface of Akka HTTP ({@code handleFrames}), in this file and {@link WebSockets} only.
 */
final class WebSocketFrames
        extends GraphStage<BidiShape<FrameEvent, WebSocketFrames.Received, WebSocketFrames.Sent, FrameEvent>> {
    static final int NORMAL = 1000;
    static final int GOING_AWAY = 1001;
    static final int TOO_LARGE = 1009;
    static final int FAILED = 1011;
    static final int TRY_LATER = 1013;
    private static final int PROTOCOL_ERROR = 1002;

    private static final byte CONTINUATION = 0x0;
    private static final byte TEXT = 0x1;
    private static final byte BINARY = 0x2;
    private static final byte CLOSE = 0x8;
    private static final byte PING = 0x9;
    private static final byte PONG = 0xA;

    private static final Protocol.Opcode BINARY_FRAME = Protocol.Opcode$.MODULE$.forCode(BINARY);
    private static final Protocol.Opcode PING_FRAME = Protocol.Opcode$.MODULE$.forCode(PING);
    private static final Protocol.Opcode PONG_FRAME = Protocol.Opcode$.MODULE$.forCode(PONG);

    /** How long the client has to answer a close. */
    private static final Duration FAREWELL = Duration.ofSeconds(3);

    private static final String PING_TIMER = "ping";
    private static final String FAREWELL_TIMER = "farewell";

    /** A whole message of a client's. */
    record Received(boolean text, ByteString bytes) {}

    /** What is sent to a client. */
    sealed interface Sent {
        record Message(ByteString bytes) implements Sent {}

        /** The last one. */
        record Close(int code) implements Sent {}
    }

    private final Inlet<FrameEvent> networkIn = Inlet.create("networkIn");
    private final Outlet<Received> received = Outlet.create("received");
    private final Inlet<Sent> sent = Inlet.create("sent");
    private final Outlet<FrameEvent> networkOut = Outlet.create("networkOut");
    private final int maxMessage;
    private final Duration pingEvery;

    /**
     * One WebSocket.
     *
     * @param maxMessage bytes of a client's message
     * @param pingEvery after three of these without a word the client counts as gone
     */
    WebSocketFrames(int maxMessage, Duration pingEvery) {
        this.maxMessage = maxMessage;
        this.pingEvery = pingEvery;
    }

    @Override
    public BidiShape<FrameEvent, Received, Sent, FrameEvent> shape() {
        return new BidiShape<>(networkIn, received, sent, networkOut);
    }

    @Override
    public GraphStageLogic createLogic(Attributes attributes) {
        return new Logic();
    }

    private final class Logic extends TimerGraphStageLogic {
        private final Queue<FrameEvent> control = new ArrayDeque<>();
        private final Queue<Received> ready = new ArrayDeque<>();
        private long readyBytes;

        private byte opcode;
        private boolean fin;
        private @Nullable Integer mask;
        private ByteString frame = ByteString.emptyByteString();
        private ByteString message = ByteString.emptyByteString();
        private byte messageKind = CONTINUATION;

        private int unanswered;
        private boolean closing;
        private boolean farewell;
        private boolean peerClosed;

        private Logic() {
            super(WebSocketFrames.this.shape());
            setHandler(networkIn, new AbstractInHandler() {
                @Override
                public void onPush() {
                    unanswered = 0;
                    onEvent(grab(networkIn));
                    pullNetwork();
                }
            });
            setHandler(received, new AbstractOutHandler() {
                @Override
                public void onPull() {
                    deliver();
                    pullNetwork();
                }

                @Override
                public void onDownstreamFinish(Throwable cause) {
                    // Nobody takes input any more; output goes on.
                    ready.clear();
                    readyBytes = 0;
                    pullNetwork();
                }
            });
            setHandler(sent, new AbstractInHandler() {
                @Override
                public void onPush() {
                    switch (grab(sent)) {
                        case Sent.Message(var bytes) -> push(networkOut, frameOf(BINARY_FRAME, bytes));
                        case Sent.Close(var code) -> close(code);
                    }
                }

                @Override
                public void onUpstreamFinish() {
                    close(NORMAL);
                }

                @Override
                public void onUpstreamFailure(Throwable failure) {
                    close(FAILED);
                }
            });
            setHandler(networkOut, new AbstractOutHandler() {
                @Override
                public void onPull() {
                    flush();
                }
            });
        }

        @Override
        public void preStart() {
            pull(networkIn);
            scheduleAtFixedRate(PING_TIMER, pingEvery, pingEvery);
        }

        @Override
        public void onTimer(Object timer) {
            if (timer.equals(FAREWELL_TIMER) || ++unanswered > 3) {
                completeStage();
            } else if (!hasBeenPulled(networkIn)) {
                // We ourselves do not listen: the process takes no input.
                unanswered = 0;
            } else if (!closing && control.isEmpty()) {
                say(frameOf(PING_FRAME, ByteString.emptyByteString()));
            }
        }

        /** Room for control frames is left as long as input waits for its process. */
        private void pullNetwork() {
            if (!isClosed(networkIn) && !hasBeenPulled(networkIn) && (readyBytes < maxMessage || closing)) {
                pull(networkIn);
            }
        }

        private void onEvent(FrameEvent event) {
            if (event instanceof FrameStart start && !begin(start.header())) {
                return;
            }
            if (event instanceof FrameData && opcode < 0) {
                return;
            }
            frame = frame.concat(unmasked(event.data()));
            if (event.lastPart()) {
                var whole = frame;
                frame = ByteString.emptyByteString();
                onFrame(whole);
            }
        }

        /** Returns false for a frame that is not to be read any further. */
        private boolean begin(FrameHeader header) {
            opcode = header.opcode().code();
            fin = header.fin();
            mask = header.mask().isDefined() ? (Integer) header.mask().get() : null;
            if (mask == null || header.rsv1() || header.rsv2() || header.rsv3() || !isInOrder()) {
                return refuse(PROTOCOL_ERROR);
            }
            return header.length() + message.size() <= maxMessage || refuse(TOO_LARGE);
        }

        private boolean isInOrder() {
            return switch (opcode) {
                case CONTINUATION -> messageKind != CONTINUATION;
                case TEXT, BINARY -> messageKind == CONTINUATION;
                case CLOSE, PING, PONG -> fin;
                default -> false;
            };
        }

        private boolean refuse(int code) {
            opcode = -1;
            close(code);
            return false;
        }

        private ByteString unmasked(ByteString bytes) {
            if (mask == null || bytes.isEmpty()) {
                return bytes;
            }
            var result = FrameEventParser$.MODULE$.mask(bytes, mask);
            mask = (Integer) result._2();
            return result._1();
        }

        private void onFrame(ByteString bytes) {
            switch (opcode) {
                case PING -> {
                    if (control.size() < 16) {
                        say(frameOf(PONG_FRAME, bytes));
                    }
                }
                case PONG -> {}
                case CLOSE -> onPeerClose(bytes);
                default -> onPart(bytes);
            }
        }

        private void onPart(ByteString bytes) {
            messageKind = opcode == CONTINUATION ? messageKind : opcode;
            message = message.concat(bytes);
            if (fin) {
                var whole = new Received(messageKind == TEXT, message);
                message = ByteString.emptyByteString();
                messageKind = CONTINUATION;
                if (!closing && !isClosed(received)) {
                    ready.add(whole);
                    readyBytes += whole.bytes().size();
                    deliver();
                }
            }
        }

        private void deliver() {
            if (isAvailable(received) && !ready.isEmpty()) {
                var next = ready.remove();
                readyBytes -= next.bytes().size();
                push(received, next);
            }
        }

        private void onPeerClose(ByteString bytes) {
            peerClosed = true;
            if (closing) {
                completeWhenSaid();
            } else {
                var code = bytes.size() < 2 ? NORMAL : (bytes.apply(0) & 0xff) << 8 | (bytes.apply(1) & 0xff);
                close(code >= NORMAL && code < 5000 ? code : PROTOCOL_ERROR);
            }
        }

        /** Says nothing more but this. */
        private void close(int code) {
            if (closing) {
                return;
            }
            closing = true;
            ready.clear();
            readyBytes = 0;
            say(FrameEvent.closeFrame(code, "", Option.empty()));
            farewell = true;
            if (!isClosed(sent)) {
                cancel(sent);
            }
            if (!isClosed(received)) {
                complete(received);
            }
            scheduleOnce(FAREWELL_TIMER, FAREWELL);
            completeWhenSaid();
        }

        private void say(FrameEvent event) {
            control.add(event);
            flush();
        }

        private void flush() {
            if (!isAvailable(networkOut)) {
                return;
            }
            if (!control.isEmpty()) {
                push(networkOut, control.remove());
                completeWhenSaid();
            } else if (!closing && !isClosed(sent) && !hasBeenPulled(sent)) {
                pull(sent);
            }
        }

        private void completeWhenSaid() {
            if (farewell && peerClosed && control.isEmpty()) {
                completeStage();
            }
        }
    }

    private static FrameEvent frameOf(Protocol.Opcode opcode, ByteString bytes) {
        return FrameEvent.fullFrame(opcode, Option.empty(), bytes, true, false, false, false);
    }
}
