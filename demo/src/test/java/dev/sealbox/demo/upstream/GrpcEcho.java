package dev.sealbox.demo.upstream;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
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
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.stub.ServerCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A service of gRPC whose messages are text: it remembers each call's credential, and returns it in the trailers. */
public final class GrpcEcho implements AutoCloseable {
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> ECHO = Metadata.Key.of("x-echo", Metadata.ASCII_STRING_MARSHALLER);

    private final List<String> credentials = new CopyOnWriteArrayList<>();
    private final Server server;

    public GrpcEcho(TestAuthority authority, String host) {
        var service = ServerServiceDefinition.builder("test.Echo")
                .addMethod(method("One", MethodType.UNARY), ServerCalls.asyncUnaryCall((text, replies) -> {
                    replies.onNext(text);
                    replies.onCompleted();
                }))
                .addMethod(
                        method("Many", MethodType.SERVER_STREAMING),
                        ServerCalls.asyncServerStreamingCall((text, replies) -> {
                            List.of(text.split(" ")).forEach(replies::onNext);
                            replies.onCompleted();
                        }))
                .build();
        try {
            server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                    .sslContext(GrpcSslContexts.configure(SslContextBuilder.forServer(authority.keys(List.of(host))))
                            .build())
                    .addService(ServerInterceptors.intercept(service, new Remembering()))
                    .build()
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static MethodDescriptor<String, String> method(String name, MethodType type) {
        return MethodDescriptor.newBuilder(new Text(), new Text())
                .setType(type)
                .setFullMethodName("test.Echo/" + name)
                .build();
    }

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

    private final class Remembering implements ServerInterceptor {
        @Override
        public <Q, S> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, S> call, Metadata metadata, ServerCallHandler<Q, S> next) {
            var credential = metadata.get(AUTHORIZATION);
            var shown = credential == null ? "" : credential;
            credentials.add(shown);
            var echoing = new SimpleForwardingServerCall<Q, S>(call) {
                @Override
                public void close(Status status, Metadata trailers) {
                    trailers.put(ECHO, shown);
                    super.close(status, trailers);
                }
            };
            return next.startCall(echoing, metadata);
        }
    }

    public int port() {
        return server.getPort();
    }

    /** What calls came with, oldest first. */
    public List<String> credentials() {
        return List.copyOf(credentials);
    }

    @Override
    public void close() {
        server.shutdownNow();
    }
}
