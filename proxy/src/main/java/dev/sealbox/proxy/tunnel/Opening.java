package dev.sealbox.proxy.tunnel;

import dev.sealbox.domain.egress.EgressPolicy;
import dev.sealbox.proxy.codec.RequestHead;
import dev.sealbox.proxy.session.Passage;
import dev.sealbox.proxy.session.Session;
import dev.sealbox.proxy.transport.Cut;
import dev.sealbox.proxy.transport.Link;
import dev.sealbox.proxy.upstream.Unreachable;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOption;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A connection for plain TCP is being opened; what the client says meanwhile waits. */
final class Opening implements Phase {
    private static final Logger log = LoggerFactory.getLogger(Opening.class);
    private static final byte[] ESTABLISHED =
            "HTTP/1.1 200 Connection established\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final Conversation conversation;
    private final Target target;
    private final EgressPolicy policy;
    private final @Nullable RequestHead head;
    private final Passage passage;
    private final CompletableFuture<Link> dialled;
    private final long since = System.nanoTime();
    private boolean handedOn;

    /**
     * Begins to dial.
     *
     * @param session by which it was permitted
     * @param head the CONNECT to be answered; null when the client believes that it speaks to the target itself
     */
    Opening(Conversation conversation, Target target, Session session, @Nullable RequestHead head) {
        var client = conversation.client();
        this.conversation = conversation;
        this.target = target;
        this.policy = session.policy();
        this.head = head;
        // Its end is not that of the connection: the other side may go on.
        var unused = client.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        this.passage =
                conversation.admission().begin(session, target.host(), target.port(), () -> Cut.off(client.channel()));
        this.dialled = conversation
                .services()
                .pool()
                .open(target.host(), target.port())
                .toCompletableFuture();
        var unusedToo =
                dialled.whenComplete((link, failure) -> conversation.wake().run());
    }

    @Override
    public Phase step() {
        if (!dialled.isDone()) {
            return this;
        }
        if (dialled.isCompletedExceptionally()) {
            return refuse(problem(dialled.exceptionNow()));
        }
        handedOn = true;
        if (head != null) {
            conversation.client().write(Unpooled.wrappedBuffer(ESTABLISHED));
        }
        return new Passing(conversation, target, policy, passage, dialled.resultNow());
    }

    private Phase refuse(Problem problem) {
        close();
        if (head != null) {
            return conversation.answers().refuse(head, problem);
        }
        return Direct.reset(conversation, target, problem);
    }

    private Problem problem(Throwable failure) {
        for (var cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof Unreachable unreachable) {
                return Problem.unreachable(target.host(), unreachable.reason());
            }
        }
        log.atError().setCause(failure).addKeyValue("host", target.host()).log("dialling failed");
        return Problem.internal();
    }

    @Override
    public Phase tick(long now) {
        var limits = conversation.services().limits();
        // A name server may keep silent longer than any dial.
        return now - since > limits.dial().multipliedBy(4).toNanos()
                ? refuse(Problem.upstreamTooSlow(target.host()))
                : this;
    }

    @Override
    public void close() {
        if (!handedOn) {
            passage.close();
            var unused = dialled.thenAccept(link -> link.channel().eventLoop().execute(link::dispose));
        }
    }
}
