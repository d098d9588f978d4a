package dev.sealbox.benchmarks.egress;

import dev.sealbox.demo.upstream.TestAuthority;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The upstream of the load: TLS, HTTP/1.1, on a free port of loopback. Argument: where its authority's certificate is to
 * be written. Prints its port; ends when its standard input does.
 */
public final class UpstreamProcess {
    /** All names that it answers to end so. */
    static final String ZONE = "bench.test";

    private static final int BACKLOG = 4096;

    private UpstreamProcess() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        var authority = new TestAuthority();
        Files.writeString(Path.of(arguments[0]), authority.pem());
        var tls = tls(authority);
        var group = new EpollEventLoopGroup(2);
        var channel = new ServerBootstrap()
                .group(group)
                .channel(EpollServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel client) {
                        client.pipeline()
                                .addLast(tls.newHandler(client.alloc()), new HttpServerCodec(), new Answering());
                    }
                })
                .bind("127.0.0.1", 0)
                .sync()
                .channel();
        System.out.println(((InetSocketAddress) channel.localAddress()).getPort());
        while (System.in.read() >= 0) {
            // Whoever started it closes this when it ends, however it ends.
        }
        System.exit(0);
    }

    private static SslContext tls(TestAuthority authority) throws IOException {
        var pem = authority.pemServer(List.of(ZONE, "*." + ZONE));
        try (var chain = stream(pem.chain());
                var key = stream(pem.key())) {
            return SslContextBuilder.forServer(chain, key)
                    .sslProvider(SslProvider.OPENSSL)
                    .protocols("TLSv1.3")
                    .build();
        }
    }

    private static ByteArrayInputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII));
    }
}
