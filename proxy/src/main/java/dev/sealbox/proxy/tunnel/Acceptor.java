package dev.sealbox.proxy.tunnel;

import akka.actor.typed.ActorRef;
import dev.sealbox.domain.ledger.UseLedger;
import dev.sealbox.proxy.session.Admission;
import dev.sealbox.proxy.session.Refused;
import dev.sealbox.proxy.session.Sessions;
import dev.sealbox.proxy.transport.Cut;
import dev.sealbox.proxy.transport.Link;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Meets a new connection: whose is it? A stranger's is refused, with a word of why where one can be read. */
public final class Acceptor extends ChannelInitializer<Channel> {
    private static final Logger log = LoggerFactory.getLogger(Acceptor.class);

    private final Entry entry;
    private final Sessions sessions;
    private final int mostPerSandbox;
    private final UseLedger ledger;
    private final Map<EventLoop, ActorRef<LoopActor.Message>> loops;

    public Acceptor(
            Entry entry,
            Sessions sessions,
            int mostPerSandbox,
            UseLedger ledger,
            Map<EventLoop, ActorRef<LoopActor.Message>> loops) {
        this.entry = entry;
        this.sessions = sessions;
        this.mostPerSandbox = mostPerSandbox;
        this.ledger = ledger;
        this.loops = Map.copyOf(loops);
    }

    @Override
    protected void initChannel(Channel channel) {
        var remote = ((InetSocketAddress) channel.remoteAddress()).getAddress();
        var admission = sessions.at(remote);
        if (admission == null) {
            refuse(channel, Problem.unknownSandbox());
            return;
        }
        if (!admission.join(channel, mostPerSandbox)) {
            refused(admission, Problem.tooManyConnections());
            refuse(channel, Problem.tooManyConnections());
            return;
        }
        if (entry == Entry.EXPLICIT || entry == Entry.HTTP) {
            // Who has asked all that it wants to may end its side and wait for the answer. Until TLS is there it takes
            // that back: half a handshake is none.
            var unused = channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        }
        var link = new Link(channel, (unused, event) -> {});
        channel.pipeline().addLast(link);
        var loop = loops.get(channel.eventLoop());
        if (loop == null) {
            throw new IllegalStateException("a channel of a foreign loop");
        }
        loop.tell(new LoopActor.Accepted(link, entry, admission));
    }

    private void refused(Admission admission, Problem problem) {
        var session = admission.hold();
        if (session != null) {
            ledger.note(Refused.of(
                    session.policy(),
                    problem.ruling(),
                    problem.code(),
                    Optional.empty(),
                    problem.status(),
                    RefusedTarget.of(null, null)));
            session.release();
        }
    }

    private void refuse(Channel channel, Problem problem) {
        log.atInfo().addKeyValue("code", problem.code()).log("a connection was refused");
        if (entry == Entry.TLS || entry == Entry.TCP) {
            var unused = Cut.off(channel);
            return;
        }
        var unused = channel.writeAndFlush(problem.response(channel.alloc(), false, true))
                .addListener(ChannelFutureListener.CLOSE);
    }
}
