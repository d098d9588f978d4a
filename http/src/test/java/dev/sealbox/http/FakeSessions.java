package dev.sealbox.http;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.SandboxRefusal;
import dev.sealbox.domain.session.Attachment;
import dev.sealbox.domain.session.NewSession;
import dev.sealbox.domain.session.SessionAction;
import dev.sealbox.domain.session.SessionFrame;
import dev.sealbox.domain.session.SessionId;
import dev.sealbox.domain.session.SessionRefusal;
import dev.sealbox.domain.session.SessionView;
import dev.sealbox.domain.session.Sessions;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Sessions without processes: the test says what they write, and reads what they were sent. */
final class FakeSessions implements Sessions {
    private final FakeSandboxes sandboxes;
    final Map<SessionId, Fake> opened = new ConcurrentHashMap<>();
    final List<NewSession> wanted = new CopyOnWriteArrayList<>();
    final List<SessionAction> actions = new CopyOnWriteArrayList<>();

    FakeSessions(FakeSandboxes sandboxes) {
        this.sandboxes = sandboxes;
    }

    /** One session, with frames that all its clients share. */
    static final class Fake {
        private final OrganizationId owner;
        private final SessionView view;
        final LinkedBlockingQueue<SessionFrame> frames = new LinkedBlockingQueue<>();
        final ByteArrayOutputStream input = new ByteArrayOutputStream();
        final AtomicInteger clients = new AtomicInteger();

        /** What a client's input waits for. */
        volatile CompletionStage<Unit> reading = CompletableFuture.completedFuture(Unit.DONE);

        private Fake(OrganizationId owner, SessionView view) {
            this.owner = owner;
            this.view = view;
        }

        synchronized String said() {
            return input.toString(java.nio.charset.StandardCharsets.UTF_8);
        }

        private synchronized CompletionStage<Unit> hear(byte[] bytes) {
            input.writeBytes(bytes);
            return reading;
        }

        void write(int type, String text) {
            frames.add(SessionFrame.of(((char) type + text).getBytes(java.nio.charset.StandardCharsets.ISO_8859_1)));
        }

        private Attachment attach() {
            clients.incrementAndGet();
            return new Attachment() {
                private volatile boolean over;

                @Override
                public CompletionStage<Optional<SessionFrame>> next() {
                    return over
                            ? CompletableFuture.completedFuture(Optional.empty())
                            : CompletableFuture.supplyAsync(
                                    this::take, task -> Thread.ofVirtual().start(task));
                }

                private Optional<SessionFrame> take() {
                    try {
                        var frame = frames.take();
                        over = frame.type() == SessionFrame.EXIT || frame.type() == SessionFrame.TOO_SLOW;
                        return Optional.of(frame);
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                }

                @Override
                public CompletionStage<Unit> send(byte[] bytes) {
                    return hear(bytes);
                }

                @Override
                public void close() {
                    clients.decrementAndGet();
                }
            };
        }
    }

    private <T> CompletionStage<Outcome<T>> in(Origin origin, SandboxId sandbox, Supplier<Outcome<T>> work) {
        return sandboxes.read(origin, sandbox).thenApply(found -> switch (found) {
            case Outcome.Refused<?>(var reason) -> Outcome.refused(reason);
            case Outcome.Done<?> known -> work.get();
        });
    }

    private <T> Outcome<T> of(SandboxId sandbox, SessionId id, java.util.function.Function<Fake, T> work) {
        var session = opened.get(id);
        return session == null || !session.view.sandbox().equals(sandbox)
                ? Outcome.refused(new SessionRefusal.NoSuchSession())
                : Outcome.done(work.apply(session));
    }

    @Override
    public CompletionStage<Outcome<SessionView>> open(Origin origin, SandboxId sandbox, NewSession wish) {
        return in(origin, sandbox, () -> {
            wanted.add(wish);
            if (wish.command().equals("stopped")) {
                return Outcome.refused(new SandboxRefusal.Stopped());
            }
            var view = new SessionView(
                    new SessionId(UUID.randomUUID()),
                    sandbox,
                    wish.terminal().isPresent(),
                    wish.command(),
                    wish.args(),
                    wish.command().equals("ended") ? Optional.of(-1) : Optional.empty(),
                    Instant.now(),
                    0);
            opened.put(view.id(), new Fake(origin.organization(), view));
            return Outcome.done(view);
        });
    }

    @Override
    public CompletionStage<Outcome<SessionView>> act(Origin origin, SandboxId sandbox, SessionAction action) {
        return in(
                origin,
                sandbox,
                () -> of(sandbox, action.id(), session -> {
                    actions.add(action);
                    return session.view;
                }));
    }

    @Override
    public CompletionStage<Outcome<List<SessionView>>> list(Origin origin, SandboxId sandbox) {
        return in(
                origin,
                sandbox,
                () -> Outcome.done(opened.values().stream()
                        .filter(session -> session.owner.equals(origin.organization())
                                && session.view.sandbox().equals(sandbox))
                        .map(session -> session.view)
                        .toList()));
    }

    @Override
    public CompletionStage<Outcome<Attachment>> attach(
            Origin origin, SandboxId sandbox, SessionId id, boolean terminal) {
        return in(origin, sandbox, () -> of(sandbox, id, Fake::attach));
    }
}
