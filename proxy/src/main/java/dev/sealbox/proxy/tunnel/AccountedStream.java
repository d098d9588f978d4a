package dev.sealbox.proxy.tunnel;

import dev.sealbox.proxy.codec.Fields;
import dev.sealbox.proxy.codec.Framing;
import dev.sealbox.proxy.codec.ResponseHead;
import dev.sealbox.proxy.stream.ClientStream;
import dev.sealbox.proxy.stream.Incoming;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The client's side of an exchange, with what passes there told to the request's account. */
final class AccountedStream implements ClientStream {
    private final ClientStream client;
    private final Account account;
    private final Incoming body;

    AccountedStream(ClientStream client, Account account) {
        this.client = client;
        this.account = account;
        this.body = new Body(client.body(), account);
    }

    private record Body(Incoming incoming, Account account) implements Incoming {
        @Override
        public @Nullable ByteBuf next() {
            var content = incoming.next();
            if (content != null) {
                account.sent(content.readableBytes());
            }
            return content;
        }

        @Override
        public boolean isComplete() {
            return incoming.isComplete();
        }

        @Override
        public Fields trailers() {
            return incoming.trailers();
        }
    }

    @Override
    public Framing framing() {
        return client.framing();
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
        // Only the last one stays: an answer, or a change of protocol.
        account.answered(head.status());
        client.interim(head);
    }

    @Override
    public void head(ResponseHead head, Framing framing, boolean closes) {
        account.answered(head.status());
        client.head(head, framing, closes);
    }

    @Override
    public void content(ByteBuf content) {
        account.received(content.readableBytes());
        client.content(content);
    }

    @Override
    public void end(Fields trailers) {
        client.end(trailers);
    }

    @Override
    public CompletableFuture<Void> cut() {
        return client.cut();
    }

    @Override
    public long lastActive() {
        return client.lastActive();
    }
}
