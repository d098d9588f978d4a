package dev.sealbox.proxy.stream;

import dev.sealbox.proxy.codec.Framing;
import dev.sealbox.proxy.codec.ResponseHead;
import dev.sealbox.proxy.rewrite.RewrittenField;
import dev.sealbox.proxy.rewrite.RewrittenHead;
import dev.sealbox.proxy.session.Carrier;
import io.netty.buffer.ByteBuf;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The upstream's side of one exchange. For use in the event loop of its connection only. */
public interface UpstreamStream {
    /** What it goes over. */
    Carrier carrier();

    /** Whether anything may still come; what came before its end can still be taken. */
    boolean isOpen();

    /** Whether more can be written without piling up. */
    boolean canWrite();

    /** Writes the request's head. */
    void head(RewrittenHead head, Framing framing);

    /** Writes a piece of the body and takes it over. */
    void content(ByteBuf content);

    /** Ends the body; the trailers are left out where the framing has no place for them. */
    void end(List<RewrittenField> trailers);

    /**
     * The next head of a response, interim or final; null when there is none yet.
     *
     * @throws dev.sealbox.proxy.codec.BadMessage when it breaks the grammar
     */
    @Nullable ResponseHead responseHead();

    /**
     * How the body of the final response ends.
     *
     * @param method the request's
     * @throws dev.sealbox.proxy.codec.BadMessage when the head says two things
     */
    Framing framing(ResponseHead head, String method);

    /** The final response's body. */
    Incoming body(Framing framing);

    /** Whether the upstream has sent anything. */
    boolean hasAnswered();

    /** Whether the upstream is known not to have looked at the request. */
    boolean wasIgnored();

    /** Whether the connection can serve another exchange once this one is complete. */
    boolean isReusable();

    /** Sends what was written and makes room for more. */
    void settle();

    /** When anything last moved, in {@link System#nanoTime}'s scale. */
    long lastActive();
}
