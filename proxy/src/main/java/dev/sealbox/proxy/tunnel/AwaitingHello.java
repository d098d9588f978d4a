package dev.sealbox.proxy.tunnel;

import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.egress.HostName;
import dev.sealbox.proxy.tls.ClientHello;
import io.netty.channel.ChannelOption;

/** A ClientHello is awaited, in a tunnel or as the first that a client says. */
final class AwaitingHello implements Phase {
    private final Conversation conversation;
    private final ClientHello.Reader hello = new ClientHello.Reader();
    private final long since = System.nanoTime();

    AwaitingHello(Conversation conversation) {
        this.conversation = conversation;
        var unused = conversation.client().channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, false);
    }

    @Override
    public Phase step() {
        var client = conversation.client();
        return switch (hello.peek(client.inbox())) {
            case ClientHello.Incomplete incomplete -> this;
            case ClientHello.Malformed malformed ->
                conversation.connectionAnswers().alert(Alert.DECODE_ERROR);
            case ClientHello.Complete(var name) -> name == null ? withoutName() : named(name);
        };
    }

    private Phase withoutName() {
        var tunnel = conversation.tunnel();
        return tunnel == null
                ? conversation.connectionAnswers().alert(Alert.MISSING_EXTENSION)
                : intercept(tunnel.unnamed());
    }

    private Phase named(String name) {
        HostName host;
        try {
            host = HostName.ofWire(name);
        } catch (InvalidValue e) {
            return conversation.connectionAnswers().alert(Alert.UNRECOGNIZED_NAME);
        }
        var tunnel = conversation.tunnel();
        return intercept(tunnel == null ? Tunnel.to(host) : tunnel.named(host));
    }

    private Phase intercept(Tunnel tunnel) {
        var session = conversation.admission().hold();
        if (session == null) {
            return conversation.expelled();
        }
        var organization = session.policy().organization();
        session.release();
        return new Handshaking(conversation, tunnel, organization);
    }

    @Override
    public Phase tick(long now) {
        var limits = conversation.services().limits();
        conversation.closeAfter(limits.headTimeout().plus(limits.handshake()), since, now);
        return this;
    }
}
