package dev.sealbox.proxy.session;

import dev.sealbox.domain.egress.SandboxAddress;
import io.netty.channel.Channel;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A sandbox that may pass: its present session and its open connections. Thread-safe. */
public final class Admission {
    private final SandboxAddress address;
    private final Set<Channel> connections = ConcurrentHashMap.newKeySet();
    private @Nullable Session current;
    private boolean ended;

    Admission(SandboxAddress address) {
        this.address = address;
    }

    public SandboxAddress address() {
        return address;
    }

    /** Holds the present session for one request; null when the sandbox has been expelled. */
    public synchronized @Nullable Session hold() {
        return current != null && current.hold() ? current : null;
    }

    /** Makes {@code next} the present session if it is newer; otherwise releases it. */
    synchronized void replace(Session next) {
        var before = current;
        if (ended
                || (before != null
                        && before.policy().revision() >= next.policy().revision())) {
            next.release();
            return;
        }
        current = next;
        if (before != null) {
            before.release();
        }
    }

    synchronized boolean isNewer(long revision) {
        return current == null || revision > current.policy().revision();
    }

    /** Counts a connection in, which leaves by itself when it closes; refuses when the sandbox has too many. */
    public boolean join(Channel connection, int most) {
        synchronized (this) {
            if (ended || connections.size() >= most) {
                return false;
            }
            connections.add(connection);
        }
        var unused = connection.closeFuture().addListener(closed -> connections.remove(connection));
        return true;
    }

    /** Ends everything; complete when the last connection is closed. */
    CompletionStage<Void> end() {
        synchronized (this) {
            ended = true;
            if (current != null) {
                current.release();
                current = null;
            }
        }
        return CompletableFuture.allOf(
                List.copyOf(connections).stream().map(Admission::close).toArray(CompletableFuture[]::new));
    }

    private static CompletableFuture<Void> close(Channel channel) {
        var closed = new CompletableFuture<Void>();
        var unused = channel.close().addListener(done -> closed.complete(null));
        return closed;
    }
}
