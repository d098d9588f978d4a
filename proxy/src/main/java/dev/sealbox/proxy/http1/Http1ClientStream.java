package dev.sealbox.proxy.http1;

import dev.sealbox.proxy.codec.Fields;
import dev.sealbox.proxy.codec.Framing;
import dev.sealbox.proxy.codec.Heads;
import dev.sealbox.proxy.codec.ResponseHead;
import dev.sealbox.proxy.stream.ClientStream;
import dev.sealbox.proxy.stream.Incoming;
import dev.sealbox.proxy.transport.Cut;
import dev.sealbox.proxy.transport.Link;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/** The exchange that a client's connection carries at the moment. */
public final class Http1ClientStream implements ClientStream {
    private final Link client;
    private final Framing framing;
    private final Http1Body body;
    private final Http1Output output;

    /**
     * For the request whose head was read off {@code client}.
     *
     * @param maxTrailers bytes of the fields after a chunked body
     */
    public Http1ClientStream(Link client, Framing framing, int maxTrailers) {
        this.client = client;
        this.framing = framing;
        this.body = new Http1Body(client, framing, maxTrailers);
        this.output = new Http1Output(client);
    }

    @Override
    public Framing framing() {
        return framing;
    }

    @Override
    public Incoming body() {
        return body;
    }

    @Override
    public boolean canWrite() {
        return client.canWrite();
    }

    @Override
    public void interim(ResponseHead head) {
        client.write(Heads.end(begun(head)));
    }

    @Override
    public void head(ResponseHead head, Framing next, boolean closes) {
        var out = begun(head);
        Heads.framing(out, next);
        if (closes) {
            Heads.line(out, "Connection: close");
        }
        output.head(Heads.end(out), next);
    }

    private ByteBuf begun(ResponseHead head) {
        var out = client.channel().alloc().buffer(1024);
        out.writeCharSequence("HTTP/1.1 " + head.status() + " ", StandardCharsets.US_ASCII);
        Heads.line(out, head.reason());
        head.fields().all().forEach(field -> Heads.field(out, field));
        return out;
    }

    @Override
    public void content(ByteBuf content) {
        output.content(content);
    }

    @Override
    public void end(Fields trailers) {
        output.end(out -> trailers.all().forEach(field -> Heads.field(out, field)));
    }

    @Override
    public CompletableFuture<Void> cut() {
        return Cut.off(client.channel());
    }

    @Override
    public long lastActive() {
        return client.lastActive();
    }
}
