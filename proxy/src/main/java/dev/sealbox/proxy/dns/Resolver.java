package dev.sealbox.proxy.dns;

import dev.sealbox.domain.egress.EgressPolicy;
import dev.sealbox.domain.egress.HostName;
import dev.sealbox.domain.ledger.Ruling;
import dev.sealbox.domain.ledger.UseLedger;
import dev.sealbox.domain.ledger.UseRecord.Asked;
import dev.sealbox.proxy.session.Admission;
import dev.sealbox.proxy.session.Refused;
import dev.sealbox.proxy.session.Session;
import dev.sealbox.proxy.session.Sessions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.codec.MessageToMessageDecoder;
import io.netty.handler.codec.dns.DatagramDnsQuery;
import io.netty.handler.codec.dns.DatagramDnsQueryDecoder;
import io.netty.handler.codec.dns.DatagramDnsResponse;
import io.netty.handler.codec.dns.DatagramDnsResponseEncoder;
import io.netty.handler.codec.dns.DefaultDnsQuestion;
import io.netty.handler.codec.dns.DefaultDnsRawRecord;
import io.netty.handler.codec.dns.DefaultDnsResponse;
import io.netty.handler.codec.dns.DnsOpCode;
import io.netty.handler.codec.dns.DnsQuery;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.handler.codec.dns.DnsSection;
import io.netty.handler.codec.dns.TcpDnsResponseEncoder;
import io.netty.handler.timeout.ReadTimeoutHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The name server of the sandboxes, over UDP and TCP. Who asks is known by the address; what is no question is dropped
 * in silence, and so is what comes too fast.
 */
public final class Resolver {
    private static final int TTL_SECONDS = 60;
    private static final int MAX_TCP_QUERY = 512;
    private static final int TCP_IDLE_SECONDS = 10;

    private final Sessions sessions;
    private final Answers answers;
    private final QueryRate rate;
    private final int mostConnections;
    private final UseLedger ledger;

    /**
     * For the sandboxes of these sessions.
     *
     * @param queriesPerSecond of one sandbox, with bursts of twice as many
     */
    public Resolver(Sessions sessions, Answers answers, int queriesPerSecond, int mostConnections, UseLedger ledger) {
        this.sessions = sessions;
        this.answers = answers;
        this.rate = new QueryRate(queriesPerSecond);
        this.mostConnections = mostConnections;
        this.ledger = ledger;
    }

    /** For the datagram channel. */
    public ChannelInitializer<Channel> udp() {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                channel.pipeline()
                        .addLast(new DatagramDnsQueryDecoder(), new DatagramDnsResponseEncoder(), new OverUdp());
            }
        };
    }

    /** For each TCP connection. */
    public ChannelInitializer<Channel> tcp() {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                var admission = sessions.at(((InetSocketAddress) channel.remoteAddress()).getAddress());
                if (admission == null || !admission.join(channel, mostConnections)) {
                    var unused = channel.close();
                    return;
                }
                channel.pipeline()
                        .addLast(
                                new ReadTimeoutHandler(TCP_IDLE_SECONDS, TimeUnit.SECONDS),
                                new LengthFieldBasedFrameDecoder(MAX_TCP_QUERY, 0, 2, 0, 2),
                                new AsDatagram(),
                                new DatagramDnsQueryDecoder(),
                                new TcpDnsResponseEncoder(),
                                new OverTcp());
            }
        };
    }

    /**
     * Makes a query over TCP look like one over UDP, to be decoded in the same way. Netty's own decoder for TCP does not
     * release what it was given, so a sandbox could use up the memory with it.
     */
    private static final class AsDatagram extends MessageToMessageDecoder<ByteBuf> {
        @Override
        protected void decode(ChannelHandlerContext context, ByteBuf query, List<Object> out) {
            var channel = context.channel();
            out.add(new DatagramPacket(query.retain(), (InetSocketAddress) channel.localAddress(), (InetSocketAddress)
                    channel.remoteAddress()));
        }
    }

    private final class OverUdp extends SimpleChannelInboundHandler<DatagramDnsQuery> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, DatagramDnsQuery query) {
            var response = answer(
                    query,
                    query.sender().getAddress(),
                    code -> new DatagramDnsResponse(
                            /* sender= */ query.recipient(),
                            /* recipient= */ query.sender(),
                            query.id(),
                            DnsOpCode.QUERY,
                            code));
            if (response != null) {
                var unused = context.writeAndFlush(response, context.voidPromise());
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            // Malformed: dropped. The channel serves everybody and stays.
        }
    }

    private final class OverTcp extends SimpleChannelInboundHandler<DnsQuery> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, DnsQuery query) {
            var sender = ((InetSocketAddress) context.channel().remoteAddress()).getAddress();
            var response = answer(query, sender, code -> new DefaultDnsResponse(query.id(), DnsOpCode.QUERY, code));
            if (response == null) {
                var unusedToo = context.close();
                return;
            }
            var unused = context.writeAndFlush(response, context.voidPromise());
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            var unused = context.close();
        }
    }

    private @Nullable DnsResponse answer(
            DnsQuery query, InetAddress sender, Function<DnsResponseCode, DnsResponse> response) {
        if (!query.opCode().equals(DnsOpCode.QUERY) || query.count(DnsSection.QUESTION) != 1) {
            return null;
        }
        DnsQuestion question = query.recordAt(DnsSection.QUESTION);
        var admission = sessions.at(sender);
        var policy = policy(admission);
        if (policy != null && !rate.admits(policy.sandbox())) {
            return null;
        }
        var answer = answers.to(question, policy, name -> own(admission, name));
        if (policy != null && answer.code().equals(DnsResponseCode.REFUSED)) {
            var asked =
                    new Asked("DNS", question.name().replaceFirst("\\.$", "").toLowerCase(Locale.ROOT), "");
            ledger.note(Refused.of(policy, Ruling.REFUSED, "dns.name-not-allowed", Optional.empty(), 0, asked));
        }
        var full = response.apply(answer.code());
        full.setRecursionDesired(query.isRecursionDesired());
        full.setRecursionAvailable(true);
        full.addRecord(
                DnsSection.QUESTION, new DefaultDnsQuestion(question.name(), question.type(), question.dnsClass()));
        if (answer.address() != null) {
            full.addRecord(DnsSection.ANSWER, record(question, answer.address().getAddress()));
        }
        return full;
    }

    private static DefaultDnsRawRecord record(DnsQuestion question, byte[] address) {
        var type = address.length == 4 ? DnsRecordType.A : DnsRecordType.AAAA;
        return new DefaultDnsRawRecord(question.name(), type, TTL_SECONDS, Unpooled.wrappedBuffer(address));
    }

    private static InetAddress own(@Nullable Admission admission, HostName name) {
        return Objects.requireNonNull(admission, "a policy has a sandbox")
                .addresses()
                .of(name);
    }

    private static @Nullable EgressPolicy policy(@Nullable Admission admission) {
        Session session = admission == null ? null : admission.hold();
        if (session == null) {
            return null;
        }
        try {
            return session.policy();
        } finally {
            session.release();
        }
    }
}
