package dev.sealbox.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.HttpConnectProxiedSocketAddress;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A real client and a real server of gRPC with the proxy between them. */
class GrpcTest {
    private static final long PATIENCE = Eventually.LIMIT.toSeconds();

    /** Where the client connects from. */
    private static final String SANDBOX = "127.0.0.1";

    private static final String HOST = "grpc.example.com";
    private static final String VALUE = "the-real-value";
    private static final Metadata.Key<String> KEY = Metadata.Key.of("x-key", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> ECHO = Metadata.Key.of("x-echo", Metadata.ASCII_STRING_MARSHALLER);
    private static final MethodDescriptor<String, String> UNARY = method("Unary", MethodType.UNARY);
    private static final MethodDescriptor<String, String> MANY_DOWN = method("Down", MethodType.SERVER_STREAMING);
    private static final MethodDescriptor<String, String> MANY_UP = method("Up", MethodType.CLIENT_STREAMING);
    private static final MethodDescriptor<String, String> BOTH = method("Both", MethodType.BIDI_STREAMING);

    private final TestProxy.Builder set = new TestProxy.Builder();
    private final Map<String, String> seen = new ConcurrentHashMap<>();
    private final Server server = server();
    private final TestProxy proxy = start();
    private final TestPolicy policy = proxy.policy().allow(HOST);
    private final String token = policy.secret("API_KEY", VALUE, HOST).value();
    private final List<ManagedChannel> channels = new ArrayList<>();

    private static MethodDescriptor<String, String> method(String name, MethodType type) {
        return MethodDescriptor.newBuilder(new Text(), new Text())
                .setType(type)
                .setFullMethodName("test.Echo/" + name)
                .build();
    }

    /** Messages of this test are text. */
    private static final class Text implements MethodDescriptor.Marshaller<String> {
        @Override
        public InputStream stream(String text) {
            return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public String parse(InputStream in) {
            try {
                return new String(in.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Remembers the client's metadata and returns it in trailers. */
    private final class Remembering implements ServerInterceptor {
        @Override
        public <Q, S> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, S> call, Metadata metadata, ServerCallHandler<Q, S> next) {
            var key = metadata.get(KEY);
            seen.put("x-key", key == null ? "" : key);
            var echoing = new io.grpc.ForwardingServerCall.SimpleForwardingServerCall<Q, S>(call) {
                @Override
                public void close(Status status, Metadata trailers) {
                    trailers.put(ECHO, seen.get("x-key"));
                    super.close(status, trailers);
                }
            };
            return next.startCall(echoing, metadata);
        }
    }

    private Server server() {
        var service = ServerServiceDefinition.builder("test.Echo")
                .addMethod(UNARY, ServerCalls.asyncUnaryCall(this::unary))
                .addMethod(MANY_DOWN, ServerCalls.asyncServerStreamingCall((request, replies) -> {
                    for (int i = 0; i < Integer.parseInt(request); i++) {
                        replies.onNext("reply " + i + " " + "x".repeat(i % 5000));
                    }
                    replies.onCompleted();
                }))
                .addMethod(MANY_UP, ServerCalls.asyncClientStreamingCall(Counting::new))
                .addMethod(BOTH, ServerCalls.asyncBidiStreamingCall(Echoing::new))
                .build();
        try {
            return NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                    .sslContext(GrpcSslContexts.configure(SslContextBuilder.forServer(
                                    set.certificates().keys(HOST)))
                            .build())
                    .addService(ServerInterceptors.intercept(service, new Remembering()))
                    .build()
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void unary(String request, StreamObserver<String> reply) {
        seen.put("message", request);
        switch (request) {
            case "fail" ->
                reply.onError(Status.FAILED_PRECONDITION
                        .withDescription("said " + VALUE)
                        .asRuntimeException());
            case "leak" -> {
                reply.onNext("here it is: " + VALUE + ".");
                reply.onCompleted();
            }
            default -> {
                reply.onNext(request);
                reply.onCompleted();
            }
        }
    }

    /** Answers with how many came. */
    private static final class Counting implements StreamObserver<String> {
        private final StreamObserver<String> reply;
        private int count;

        Counting(StreamObserver<String> reply) {
            this.reply = reply;
        }

        @Override
        public void onNext(String message) {
            count++;
        }

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onCompleted() {
            reply.onNext("got " + count);
            reply.onCompleted();
        }
    }

    /** Answers each message with itself. */
    private static final class Echoing implements StreamObserver<String> {
        private final StreamObserver<String> replies;

        Echoing(StreamObserver<String> replies) {
            this.replies = replies;
        }

        @Override
        public void onNext(String message) {
            replies.onNext(message);
        }

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onCompleted() {
            replies.onCompleted();
        }
    }

    private TestProxy start() {
        set.at(HOST, server.getPort());
        return set.start();
    }

    @BeforeEach
    void admit() {
        proxy.admit(SANDBOX, policy);
    }

    @AfterEach
    void stop() throws InterruptedException {
        for (var channel : channels) {
            channel.shutdownNow().awaitTermination(PATIENCE, TimeUnit.SECONDS);
        }
        server.shutdownNow().awaitTermination();
        proxy.close();
    }

    /** A channel that goes through CONNECT, or one that believes that it speaks with the server. */
    private ManagedChannel channel(boolean tunnel) {
        var loopback = InetAddress.getLoopbackAddress();
        var ports = proxy.proxy.ports();
        var builder = tunnel
                ? NettyChannelBuilder.forAddress(HOST, 443)
                        .proxyDetector(target -> HttpConnectProxiedSocketAddress.newBuilder()
                                .setTargetAddress((InetSocketAddress) target)
                                .setProxyAddress(new InetSocketAddress(loopback, ports.proxy()))
                                .build())
                : NettyChannelBuilder.forAddress(loopback.getHostAddress(), ports.tls())
                        .overrideAuthority(HOST);
        try {
            var anchor = new ByteArrayInputStream(proxy.anchor("default").getBytes(StandardCharsets.US_ASCII));
            var channel = builder.sslContext(
                            GrpcSslContexts.forClient().trustManager(anchor).build())
                    .build();
            channels.add(channel);
            return channel;
        } catch (javax.net.ssl.SSLException e) {
            throw new IllegalStateException(e);
        }
    }

    private Channel withKey(Channel channel) {
        var metadata = new Metadata();
        metadata.put(KEY, token);
        return ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(metadata));
    }

    private static CallOptions limited() {
        return CallOptions.DEFAULT.withDeadlineAfter(PATIENCE, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void servesEveryKindOfCallThroughATunnelAndTransparently(boolean tunnel) throws InterruptedException {
        var channel = withKey(channel(tunnel));

        assertThat(ClientCalls.blockingUnaryCall(channel, UNARY, limited(), "hello"))
                .isEqualTo("hello");
        assertThat(seen).containsEntry("x-key", VALUE);
        var down = ClientCalls.blockingServerStreamingCall(channel, MANY_DOWN, limited(), "300");
        assertThat(down).toIterable().hasSize(300);
        assertThat(counted(channel, 500)).isEqualTo("got 500");
        assertThat(conversed(channel)).containsExactly("one", "two", "three");
    }

    private static String counted(Channel channel, int messages) throws InterruptedException {
        var replies = new Replies();
        var requests = ClientCalls.asyncClientStreamingCall(channel.newCall(MANY_UP, limited()), replies);
        for (int i = 0; i < messages; i++) {
            requests.onNext("x".repeat(i));
        }
        requests.onCompleted();
        return replies.next();
    }

    /** Each message goes only after the answer to the one before has come. */
    private static List<String> conversed(Channel channel) throws InterruptedException {
        var replies = new Replies();
        var requests = ClientCalls.asyncBidiStreamingCall(channel.newCall(BOTH, limited()), replies);
        var answers = new ArrayList<String>();
        for (var message : List.of("one", "two", "three")) {
            requests.onNext(message);
            answers.add(replies.next());
        }
        requests.onCompleted();
        assertThat(replies.ended()).isNull();
        return answers;
    }

    /** What the server sends. */
    private static final class Replies implements StreamObserver<String> {
        private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
        private final CountDownLatch end = new CountDownLatch(1);
        private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

        @Override
        public void onNext(String message) {
            messages.add(message);
        }

        @Override
        public void onError(Throwable cause) {
            failure.set(cause);
            messages.add("failed: " + cause);
            end.countDown();
        }

        @Override
        public void onCompleted() {
            end.countDown();
        }

        String next() throws InterruptedException {
            var message = messages.poll(PATIENCE, TimeUnit.SECONDS);
            return message == null ? "nothing came" : message;
        }

        @Nullable Throwable ended() throws InterruptedException {
            assertThat(end.await(PATIENCE, TimeUnit.SECONDS)).isTrue();
            return failure.get();
        }
    }

    private static StatusRuntimeException failure(Runnable call) {
        try {
            call.run();
        } catch (StatusRuntimeException e) {
            return e;
        }
        throw new AssertionError("it did not fail");
    }

    private static String echoOf(StatusRuntimeException failure) {
        var trailers = failure.getTrailers();
        var echo = trailers == null ? null : trailers.get(ECHO);
        return echo == null ? "" : echo;
    }

    @Test
    void passesAFailureWithItsStatusAndResealsItsTrailers() {
        var channel = withKey(channel(true));

        var failure = failure(() -> ClientCalls.blockingUnaryCall(channel, UNARY, limited(), "fail"));

        assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
        assertThat(failure.getStatus().getDescription()).isEqualTo("said " + token);
        assertThat(echoOf(failure)).isEqualTo(token);
    }

    @Test
    void passesTheAnswerOfAServerThatDoesNotKnowTheMethod() {
        var unknown = method("Unknown", MethodType.UNARY);

        var failure = failure(() -> ClientCalls.blockingUnaryCall(channel(true), unknown, limited(), "x"));

        assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
    }

    @Test
    void endsACallWhoseMessageHoldsAValueInsteadOfBreakingOrLeakingIt() {
        var channel = channel(true);

        var failure = failure(() -> ClientCalls.blockingUnaryCall(channel, UNARY, limited(), "leak"));

        assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL);
        assertThat(failure.toString()).doesNotContain(VALUE);
        assertThat(ClientCalls.blockingUnaryCall(channel, UNARY, limited(), "after"))
                .isEqualTo("after");
    }

    @Test
    void leavesATokenInAMessageAlone() {
        var reply = ClientCalls.blockingUnaryCall(withKey(channel(true)), UNARY, limited(), "my " + token);

        assertThat(reply).isEqualTo("my " + token);
        assertThat(seen).containsEntry("message", "my " + token);
    }

    @Test
    void searchesAnswersAlsoWhereTheClientAcceptsCompression() {
        var channel = channel(true);
        var compressed = limited().withCompression("gzip");

        assertThat(ClientCalls.blockingUnaryCall(channel, UNARY, compressed, "packed " + "x".repeat(1000)))
                .startsWith("packed");
        var failure = failure(() -> ClientCalls.blockingUnaryCall(channel, UNARY, compressed, "leak"));
        assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL);
    }

    @Test
    void refusesAHostThatIsNotAllowed() {
        proxy.admit(SANDBOX, proxy.policy().allow("other.example.com"));

        var failure = failure(() -> ClientCalls.blockingUnaryCall(channel(false), UNARY, limited(), "x"));

        assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
    }

    @Test
    void carriesManyCallsAtOnce() throws InterruptedException {
        var channel = withKey(channel(true));
        var calls = new ArrayList<Replies>();
        for (int i = 0; i < 200; i++) {
            var replies = new Replies();
            ClientCalls.asyncUnaryCall(channel.newCall(UNARY, limited()), "call " + i, replies);
            calls.add(replies);
        }
        for (int i = 0; i < 200; i++) {
            assertThat(calls.get(i).next()).isEqualTo("call " + i);
        }
    }
}
