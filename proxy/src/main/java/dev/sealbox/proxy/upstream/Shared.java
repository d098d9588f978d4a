package dev.sealbox.proxy.upstream;

import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.proxy.http2.Http2Server;
import dev.sealbox.proxy.transport.Link;
import dev.sealbox.proxy.transport.Windows;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one event loop that carry many exchanges. Whether an origin speaks HTTP/2 shows at the first
 * connection; while that is opened, others to it wait. Only for use in that loop.
 */
final class Shared {
    /** Connections of one sandbox to one origin; more streams than they take wait. */
    private static final int MOST_CONNECTIONS = 4;

    /** Origins of which is remembered that they speak HTTP/1.1 only. */
    private static final int MOST_REMEMBERED = 1000;

    private final Map<UpstreamPool.Key, Multiplexed> open = new HashMap<>();
    private final Map<SandboxId, Windows> windows = new HashMap<>();
    private final Map<Origin, Boolean> single = new Remembered();
    private final Dialer dialer;
    private final EventLoop loop;
    private final Duration keep;

    private static final class Remembered extends LinkedHashMap<Origin, Boolean> {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Origin, Boolean> eldest) {
            return size() > MOST_REMEMBERED;
        }
    }

    Shared(Dialer dialer, EventLoop loop, Duration keep) {
        this.dialer = dialer;
        this.loop = loop;
        this.keep = keep;
    }

    /** Whether that origin may speak HTTP/2. */
    boolean mayServe(Origin origin) {
        return origin.secure() && dialer.offersHttp2() && !single.containsKey(origin);
    }

    /** A place on a connection, or a connection of one's own if the origin turns out not to share. */
    CompletionStage<Upstream> take(UpstreamPool.Key key, Runnable wake) {
        var many = open.computeIfAbsent(key, this::watched);
        many.settle();
        var place = many.place(wake);
        if (place != null) {
            return CompletableFuture.completedFuture(place);
        }
        var awaited = many.await(wake);
        if (!many.isOpening() && many.size() < MOST_CONNECTIONS) {
            dial(key, many);
        }
        return awaited;
    }

    private Multiplexed watched(UpstreamPool.Key key) {
        var many = new Multiplexed();
        var unused = loop.schedule(() -> look(key, many), keep.toMillis(), TimeUnit.MILLISECONDS);
        return many;
    }

    /** Ends what nobody uses any more. */
    private void look(UpstreamPool.Key key, Multiplexed many) {
        many.leaveUnused(System.nanoTime() - keep.toNanos());
        changed(key, many);
        if (many.isEmpty()) {
            open.remove(key, many);
        } else {
            var unused = loop.schedule(() -> look(key, many), keep.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void dial(UpstreamPool.Key key, Multiplexed many) {
        many.dialling(true);
        var unused = dialer.dial(key.origin(), true, loop)
                .whenCompleteAsync((link, failure) -> dialled(key, many, link, failure), loop);
    }

    private void dialled(UpstreamPool.Key key, Multiplexed many, @Nullable Link link, @Nullable Throwable failure) {
        many.dialling(false);
        if (link == null) {
            if (many.isStranded()) {
                many.dismissed().forEach(one -> one.place().completeExceptionally(orUnknown(failure)));
            }
        } else if ("h2".equals(link.protocol())) {
            many.add(new Http2Server(link, dialer.http2(), window(key.sandbox(), link), owner(key, many)));
            many.settle();
        } else {
            single.put(key.origin(), true);
            separate(key, many.dismissed(), link);
        }
    }

    private int window(SandboxId sandbox, Link link) {
        var limits = dialer.http2();
        var own = windows.computeIfAbsent(sandbox, first -> new Windows());
        int given = own.give(link.channel(), limits.upstreamConnectionWindow(), limits.upstreamWindows());
        var unused = link.channel().closeFuture().addListener(closed -> {
            if (own.areUnused()) {
                windows.remove(sandbox, own);
            }
        });
        return given;
    }

    private static Throwable orUnknown(@Nullable Throwable failure) {
        return failure == null ? new Unreachable(Unreachable.Reason.UNREACHABLE) : failure;
    }

    /** It carries one exchange at a time: the first gets it, each of the others one of its own. */
    private void separate(UpstreamPool.Key key, List<Multiplexed.Waiting> waiting, Link link) {
        if (waiting.isEmpty()) {
            link.dispose();
        }
        for (int i = 0; i < waiting.size(); i++) {
            var one = waiting.get(i);
            if (i == 0) {
                one.place().complete(dialer.single(key, link, one.wake()));
            } else {
                alone(key, one);
            }
        }
    }

    private void alone(UpstreamPool.Key key, Multiplexed.Waiting one) {
        var unused = dialer.dial(key.origin(), false, loop).whenComplete((link, failure) -> {
            if (link != null) {
                one.place().complete(dialer.single(key, link, one.wake()));
            } else {
                one.place().completeExceptionally(orUnknown(failure));
            }
        });
    }

    private Http2Server.Owner owner(UpstreamPool.Key key, Multiplexed many) {
        return new Http2Server.Owner() {
            @Override
            public boolean isAwaited() {
                return many.isAwaited();
            }

            @Override
            public void changed() {
                Shared.this.changed(key, many);
            }
        };
    }

    private void changed(UpstreamPool.Key key, Multiplexed many) {
        many.settle();
        if (many.isStranded()) {
            dial(key, many);
        }
    }

    void close() {
        open.values().forEach(Multiplexed::close);
        open.clear();
    }
}
