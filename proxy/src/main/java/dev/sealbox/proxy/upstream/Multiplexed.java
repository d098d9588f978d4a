package dev.sealbox.proxy.upstream;

import dev.sealbox.proxy.http2.Http2Server;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one sandbox to one origin that carry many exchanges each. Who finds no room waits, in the order of
 * coming. For use in one event loop only.
 */
final class Multiplexed {
    private final List<Http2Server> open = new ArrayList<>();
    private final Deque<Waiting> waiting = new ArrayDeque<>();

    private boolean dialling;

    /** Somebody who waits for a place. */
    record Waiting(CompletableFuture<Upstream> place, Runnable wake) {}

    /** A place on one of them; null when all are full. */
    @Nullable Upstream place(Runnable wake) {
        for (var server : open) {
            if (server.hasRoom()) {
                return new Http2Upstream(server, wake);
            }
        }
        return null;
    }

    /** A place as soon as there is one. */
    CompletableFuture<Upstream> await(Runnable wake) {
        var place = new CompletableFuture<Upstream>();
        waiting.add(new Waiting(place, wake));
        return place;
    }

    void add(Http2Server server) {
        open.add(server);
    }

    int size() {
        return open.size();
    }

    /** Forgets those that begin nothing any more, and serves who waits. */
    void settle() {
        open.removeIf(server -> {
            if (!server.isUsable()) {
                server.leave();
            }
            return !server.isUsable();
        });
        while (!waiting.isEmpty()) {
            var place = place(waiting.peek().wake());
            if (place == null) {
                return;
            }
            if (!waiting.remove().place().complete(place)) {
                place.dispose();
            }
        }
    }

    boolean isAwaited() {
        return !waiting.isEmpty();
    }

    /** Whether somebody waits and there is nothing to wait for. */
    boolean isStranded() {
        return open.isEmpty() && !dialling && !waiting.isEmpty();
    }

    /** Those that wait, who wait here no more. */
    List<Waiting> dismissed() {
        var all = List.copyOf(waiting);
        waiting.clear();
        return all;
    }

    /** Whether a connection is being made, so that there will be room. */
    boolean isOpening() {
        return dialling || open.stream().anyMatch(server -> !server.isGreeted());
    }

    void dialling(boolean now) {
        dialling = now;
    }

    boolean isEmpty() {
        return open.isEmpty() && waiting.isEmpty() && !dialling;
    }

    /** Ends what nobody has used since {@code moment}, in {@link System#nanoTime}'s scale; to be settled after. */
    void leaveUnused(long moment) {
        open.stream()
                .filter(server -> server.isIdle() && server.lastUsed() - moment < 0)
                .forEach(Http2Server::leave);
    }

    void close() {
        List.copyOf(open).forEach(Http2Server::close);
    }
}
