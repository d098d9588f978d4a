package dev.sealbox.proxy.fuzz;

import dev.sealbox.domain.ledger.UseLedger;
import dev.sealbox.domain.ledger.UseRecord;
import dev.sealbox.proxy.dns.Answers;
import dev.sealbox.proxy.dns.Resolver;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Whatever datagram comes, at most one goes back: no longer than the question and one address, and about nothing else. */
final class Questions implements Property, AutoCloseable {
    private static final int ADDRESS = 16;
    private static final InetSocketAddress HERE = new InetSocketAddress(NetUtil.LOCALHOST4, 53);
    private static final InetSocketAddress THERE = new InetSocketAddress(Held.ADDRESS, 5353);

    private final Held held = new Held(List.of("the value"));
    private final EmbeddedChannel channel = new EmbeddedChannel(
            new Resolver(held.sessions, new Answers("169.254.169.253"), Integer.MAX_VALUE / 2, 10, new Forgetful())
                    .udp());

    private static final class Forgetful implements UseLedger {
        @Override
        public CompletionStage<Void> begins(Supplier<? extends Iterable<UseRecord>> request) {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void note(UseRecord record) {}
    }

    @Override
    public void check(Choices choices) {
        var name = choices.of(List.of(Held.HOST, "evil.example", "localhost", choices.text("aZ0-.\u00e9", 0, 120)));
        var query = query(choices, name);
        boolean damaged = choices.flip();
        for (int left = damaged ? 1 + choices.below(5) : 0; left > 0; left--) {
            query.setByte(choices.below(query.readableBytes()), choices.below(256));
        }
        int asked = query.readableBytes();
        int id = query.getUnsignedShort(0);
        channel.writeInbound(new DatagramPacket(query, HERE, THERE));
        DatagramPacket reply = channel.readOutbound();
        Property.holds(damaged || reply != null || !name.equals(Held.HOST), "no answer");
        if (reply != null) {
            var content = reply.content();
            Property.same(id, content.getUnsignedShort(0), "id");
            Property.holds(content.getUnsignedShort(4) <= 1 && content.getUnsignedShort(6) <= 1, "too many records");
            Property.holds(content.readableBytes() <= 2 * asked + ADDRESS, "a long answer: " + content.readableBytes());
            reply.release();
        }
        Property.holds(channel.readOutbound() == null, "a second answer");
        Property.holds(channel.isOpen(), "the channel is closed for everybody");
    }

    private static ByteBuf query(Choices choices, String name) {
        var query = Unpooled.buffer();
        query.writeShort(choices.below(65536)).writeShort(choices.of(List.of(0x0100, 0, 0x0120)));
        query.writeShort(1).writeShort(0).writeShort(0).writeShort(choices.oneIn(5) ? 1 : 0);
        for (var label : name.split("\\.", -1)) {
            if (!label.isEmpty() && label.length() < 64) {
                query.writeByte(label.length()).writeBytes(Replacing.latin1(label));
            }
        }
        query.writeByte(0).writeShort(choices.of(List.of(1, 28, 16, 255, 65))).writeShort(1);
        return query;
    }

    @Override
    public void close() {
        channel.finishAndReleaseAll();
    }
}
