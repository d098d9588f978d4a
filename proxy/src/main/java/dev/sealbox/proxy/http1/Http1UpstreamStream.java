package dev.sealbox.proxy.http1;

import dev.sealbox.proxy.codec.Framing;
import dev.sealbox.proxy.codec.HeadReader;
import dev.sealbox.proxy.codec.Heads;
import dev.sealbox.proxy.codec.ResponseHead;
import dev.sealbox.proxy.rewrite.Revealed;
import dev.sealbox.proxy.rewrite.RewrittenField;
import dev.sealbox.proxy.rewrite.RewrittenHead;
import dev.sealbox.proxy.session.Carrier;
import dev.sealbox.proxy.stream.Incoming;
import dev.sealbox.proxy.stream.UpstreamStream;
import dev.sealbox.proxy.transport.Link;
import io.netty.buffer.ByteBuf;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The exchange that an upstream's connection carries at the moment. */
public final class Http1UpstreamStream implements UpstreamStream {
    private final Link upstream;
    private final int maxHead;
    private final HeadReader heads;
    private final Http1Output output;

    private boolean reusable = true;

    /**
     * On a connection where nothing else is under way.
     *
     * @param maxHead bytes of a response's first line and fields
     */
    public Http1UpstreamStream(Link upstream, int maxHead) {
        this.upstream = upstream;
        this.maxHead = maxHead;
        this.heads = new HeadReader(maxHead);
        this.output = new Http1Output(upstream);
    }

    @Override
    public Carrier carrier() {
        return Carrier.alone(upstream.channel());
    }

    @Override
    public boolean isOpen() {
        return upstream.isOpen();
    }

    @Override
    public boolean canWrite() {
        return upstream.canWrite();
    }

    @Override
    public void head(RewrittenHead head, Framing framing) {
        var out = upstream.channel().alloc().buffer(1024);
        Revealed.write(out, head.method());
        out.writeByte(' ');
        Revealed.write(out, head.target());
        Heads.line(out, " HTTP/1.1");
        Heads.line(out, "Host: " + head.authority());
        fields(out, head.fields());
        Heads.framing(out, framing);
        output.head(Heads.end(out), framing);
    }

    /** TE would need a Connection field, and whoever wants trailers gets them all the same. */
    private static void fields(ByteBuf out, List<RewrittenField> fields) {
        for (var field : fields) {
            if (!field.name().equalsIgnoreCase("te")) {
                Revealed.write(out, field.name());
                out.writeByte(':').writeByte(' ');
                Revealed.write(out, field.value());
                Heads.end(out);
            }
        }
    }

    @Override
    public void content(ByteBuf content) {
        output.content(content);
    }

    @Override
    public void end(List<RewrittenField> trailers) {
        output.end(out -> fields(out, trailers));
    }

    @Override
    public @Nullable ResponseHead responseHead() {
        var head = heads.response(upstream.inbox());
        reusable = head == null || head.keepsAlive();
        return head;
    }

    @Override
    public Framing framing(ResponseHead head, String method) {
        return Framing.ofResponse(head, method);
    }

    @Override
    public Incoming body(Framing framing) {
        reusable &= !(framing instanceof Framing.UntilClose);
        return new Http1Body(upstream, framing, maxHead);
    }

    @Override
    public boolean hasAnswered() {
        return heads.hasBegun() || upstream.inbox().isReadable();
    }

    @Override
    public boolean wasIgnored() {
        return false;
    }

    @Override
    public boolean isReusable() {
        return reusable;
    }

    @Override
    public void settle() {
        upstream.flush();
        upstream.consumed();
    }

    @Override
    public long lastActive() {
        return upstream.lastActive();
    }
}
