package dev.sealbox.proxy.http2;

import dev.sealbox.proxy.codec.BadMessage;
import dev.sealbox.proxy.session.Trail;
import dev.sealbox.proxy.transport.Link;
import dev.sealbox.proxy.transport.LinkOwner;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import org.jspecify.annotations.Nullable;

/** A connection to an upstream that carries many exchanges at once. Belongs to its event loop. */
public final class Http2Server extends Frames {
    /** Stream numbers that are left when no more are begun; they cannot be used again. */
    private static final int LAST_STREAM = Integer.MAX_VALUE - 1000;

    private final Http2Limits limits;
    private final Owner owner;

    private int promised;
    private long lastUsed = System.nanoTime();
    private boolean greeted;
    private boolean leaving;

    /** Who hands out the places on the connection. */
    public interface Owner {
        /** Whether anybody waits for a place. */
        boolean isAwaited();

        /** There may be room for another exchange, or never again. */
        void changed();
    }

    /**
     * On a link whose TLS handshake is done and chose HTTP/2.
     *
     * @param window for the bodies of all responses together
     */
    public Http2Server(Link link, Http2Limits limits, int window, Owner owner) {
        super(link, limits, frames -> FrameHandler.client(limits, frames));
        this.limits = limits;
        this.owner = owner;
        link.ownedBy((unused, event) -> {
            if (event == LinkOwner.Event.CLOSED) {
                owner.changed();
            }
        });
        wire().begin(window);
    }

    /** Whether an exchange more can begin. */
    public boolean hasRoom() {
        var local = wire().connection().local();
        // Before the upstream has said how many it takes, one is safe.
        int most = greeted ? Math.min(limits.maxStreams(), local.maxActiveStreams()) : 1;
        return isUsable() && local.numActiveStreams() + promised < most;
    }

    /** Whether the upstream has said how many exchanges it takes. */
    public boolean isGreeted() {
        return greeted;
    }

    /** Whether exchanges can still begin here, now or later. */
    public boolean isUsable() {
        var connection = wire().connection();
        return wire().link().isOpen()
                && !leaving
                && !Trail.isSpent(wire().link().channel())
                && !connection.goAwayReceived()
                && connection.local().lastStreamCreated() < LAST_STREAM;
    }

    /** Whether nothing is under way and nothing is promised. */
    public boolean isIdle() {
        return promised == 0 && wire().connection().numActiveStreams() == 0;
    }

    /** Keeps a place for one exchange, until it is begun or {@link #giveUp given up}. */
    public void promise() {
        promised++;
        lastUsed = System.nanoTime();
    }

    /** When an exchange last began or ended, in {@link System#nanoTime}'s scale. */
    public long lastUsed() {
        return lastUsed;
    }

    /** Gives a place back. */
    public void giveUp() {
        promised--;
        owner.changed();
    }

    /**
     * An exchange in the place that was promised.
     *
     * @param wake is run when something happens on it
     */
    public Http2UpstreamStream begin(Runnable wake) {
        promised--;
        return new Http2UpstreamStream(this, wire(), wake);
    }

    /** Ends it when nothing is under way any more; begins nothing new. */
    public void leave() {
        leaving = true;
        if (isIdle()) {
            wire().link().dispose();
        }
    }

    /** Ends it now. */
    public void close() {
        leaving = true;
        var unused = wire().link().channel().close();
    }

    /** Whether the upstream said that it never looked at a stream of that number. */
    boolean ignored(int id) {
        var connection = wire().connection();
        return connection.goAwayReceived() && id > connection.local().lastStreamKnownByPeer();
    }

    @Override
    void headers(int id, @Nullable FrameStream to, Http2Headers headers, boolean last) {
        if (to instanceof Http2UpstreamStream stream) {
            try {
                stream.headers(headers, last);
            } catch (BadMessage e) {
                stream.broken(e);
                stream.reset(Http2Error.PROTOCOL_ERROR);
            }
        }
    }

    @Override
    public void onSettingsRead(ChannelHandlerContext context, Http2Settings settings) throws Http2Exception {
        super.onSettingsRead(context, settings);
        later(() -> {
            greeted = true;
            owner.changed();
        });
    }

    @Override
    public void onGoAwayReceived(int lastStream, long code, ByteBuf text) {
        later(owner::changed);
    }

    @Override
    public void onStreamRemoved(Http2Stream stream) {
        lastUsed = System.nanoTime();
        if (leaving || owner.isAwaited()) {
            later(this::afterStream);
        }
    }

    private void afterStream() {
        if (leaving && isIdle()) {
            wire().link().dispose();
        }
        owner.changed();
    }

    /** The codec is in the middle of a change when it tells of it. */
    private void later(Runnable then) {
        wire().context().executor().execute(then);
    }

    @Override
    public String toString() {
        return "Http2Server[" + wire().link() + "]";
    }
}
