package dev.sealbox.http;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.preview.PortConnection;
import dev.sealbox.domain.preview.Preview;
import dev.sealbox.domain.preview.PreviewHash;
import dev.sealbox.domain.preview.PreviewPort;
import dev.sealbox.domain.preview.PreviewRefusal;
import dev.sealbox.domain.preview.PreviewUrl;
import dev.sealbox.domain.preview.Previews;
import dev.sealbox.domain.preview.Visit;
import dev.sealbox.domain.sandbox.SandboxRefusal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/** Previews of sandboxes without sandboxes: each of their ports is one of this machine's, where the test listens. */
final class FakePreviews implements Previews {
    private final FakeSandboxes sandboxes;
    final Map<SandboxId, Preview> previews = new ConcurrentHashMap<>();
    final Map<PreviewPort, Integer> programs = new ConcurrentHashMap<>();
    final List<Visit> visits = new CopyOnWriteArrayList<>();
    final AtomicInteger open = new AtomicInteger();

    FakePreviews(FakeSandboxes sandboxes) {
        this.sandboxes = sandboxes;
    }

    private CompletionStage<Outcome<Preview>> change(Origin origin, SandboxId sandbox, UnaryOperator<Preview> change) {
        return sandboxes
                .read(origin, sandbox)
                .thenApply(found -> found.map(view -> Optional.ofNullable(previews.compute(
                                sandbox,
                                (id, was) ->
                                        change.apply(Optional.ofNullable(was).orElse(Preview.NONE))))
                        .orElseThrow()));
    }

    @Override
    public CompletionStage<Outcome<Exposed>> expose(
            Origin origin, SandboxId sandbox, PreviewPort port, String authConfig) {
        var id = UUID.randomUUID();
        return change(
                        origin,
                        sandbox,
                        was -> was.at(port).isPresent()
                                ? was
                                : was.with(new PreviewUrl(id, port, authConfig, Instant.now())))
                .thenApply(outcome -> outcome.map(now -> {
                    var url = now.at(port).orElseThrow();
                    return new Exposed(url, url.id().equals(id));
                }));
    }

    @Override
    public CompletionStage<Outcome<List<PreviewUrl>>> list(Origin origin, SandboxId sandbox) {
        return change(origin, sandbox, was -> was).thenApply(outcome -> outcome.map(Preview::urls));
    }

    @Override
    public CompletionStage<Outcome<Unit>> close(Origin origin, SandboxId sandbox, PreviewPort port) {
        return list(origin, sandbox)
                .thenCompose(found -> found.then(urls -> urls.stream()
                                .anyMatch(url -> url.port().equals(port))
                        ? change(origin, sandbox, was -> was.without(port))
                                .thenApply(done -> done.map(now -> Unit.DONE))
                        : CompletableFuture.completedFuture(Outcome.refused(new SandboxRefusal.PortNotExposed()))));
    }

    @Override
    public CompletionStage<Outcome<Unit>> guard(Origin origin, SandboxId sandbox, PreviewHash token) {
        return change(origin, sandbox, was -> was.guardedBy(token)).thenApply(done -> done.map(now -> Unit.DONE));
    }

    @Override
    public CompletionStage<Outcome<Entry>> visit(Visit visit) {
        visits.add(visit);
        var known = sandboxes.known.get(visit.sandbox());
        if (known == null
                || visit.only().filter(only -> !only.equals(known.owner())).isPresent()) {
            return CompletableFuture.completedFuture(Outcome.refused(new PreviewRefusal.NoPreview()));
        }
        var preview = Optional.ofNullable(previews.get(visit.sandbox())).orElse(Preview.NONE);
        return preview.barrier(visit)
                .map(barrier -> CompletableFuture.completedFuture(Outcome.<Entry>refused(barrier)))
                .orElseGet(() -> CompletableFuture.completedFuture(
                        connected(visit.port()).map(connection -> new Entry(connection, preview.guard()))));
    }

    @Override
    public CompletionStage<Boolean> admits(Visit visit) {
        var preview = Optional.ofNullable(previews.get(visit.sandbox())).orElse(Preview.NONE);
        return CompletableFuture.completedFuture(preview.barrier(visit).isEmpty());
    }

    private Outcome<PortConnection> connected(PreviewPort port) {
        var program = programs.get(port);
        try {
            return program == null
                    ? Outcome.refused(new PreviewRefusal.NothingListens(port.number()))
                    : Outcome.done(new Connection(new Socket(InetAddress.getLoopbackAddress(), program)));
        } catch (ConnectException e) {
            return Outcome.refused(new PreviewRefusal.NothingListens(port.number()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private final class Connection implements PortConnection {
        private final Socket socket;

        private Connection(Socket socket) {
            this.socket = socket;
            open.incrementAndGet();
        }

        @Override
        public CompletionStage<Optional<byte[]>> receive() {
            return later(() -> {
                var bytes = new byte[8192];
                var length = socket.getInputStream().read(bytes);
                return length < 0 ? Optional.empty() : Optional.of(Arrays.copyOf(bytes, length));
            });
        }

        @Override
        public CompletionStage<Unit> send(byte[] bytes) {
            return later(() -> {
                socket.getOutputStream().write(bytes);
                return Unit.DONE;
            });
        }

        private <T> CompletionStage<T> later(Callable<T> work) {
            var done = new CompletableFuture<T>();
            Thread.ofVirtual().start(() -> {
                try {
                    done.complete(work.call());
                } catch (Exception e) {
                    done.completeExceptionally(e);
                }
            });
            return done;
        }

        @Override
        public synchronized void close() {
            try {
                if (!socket.isClosed()) {
                    open.decrementAndGet();
                    socket.close();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
