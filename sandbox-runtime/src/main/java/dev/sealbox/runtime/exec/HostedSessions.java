package dev.sealbox.runtime.exec;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.session.Attachment;
import dev.sealbox.domain.session.SessionAction;
import dev.sealbox.domain.session.SessionId;
import dev.sealbox.domain.session.SessionRefusal;
import dev.sealbox.domain.session.SessionView;
import java.io.IOException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All sessions of this host, by sandbox. One that has ended is remembered for some minutes, or less when those of all
 * sandboxes would take too much memory. Thread-safe.
 */
public final class HostedSessions {
    private record Key(SandboxId sandbox, SessionId session) {}

    private final SessionSettings settings;
    private final Deadlines deadlines;
    private final Map<Key, HostedSession> sessions = new HashMap<>();

    /** Bytes of those that have ended, first to end first. */
    private final Map<Key, Long> ended = new LinkedHashMap<>();

    private final Map<SandboxId, Integer> running = new HashMap<>();
    private long kept;

    public HostedSessions(SessionSettings settings, Deadlines deadlines) {
        this.settings = settings;
        this.deadlines = deadlines;
    }

    /** Starts a process. Blocks until it runs. */
    public Outcome<SessionView> open(SandboxId sandbox, Agent agent, SessionAction.Open open) throws IOException {
        if (!admit(sandbox)) {
            return Outcome.refused(new SessionRefusal.TooManySessions(settings.running()));
        }
        var begun = false;
        try {
            var outcome = agent.session(open.command(), open.wanted())
                    .map(conversation -> begin(sandbox, open, conversation));
            begun = outcome instanceof Outcome.Done;
            return outcome;
        } finally {
            if (!begun) {
                released(sandbox);
            }
        }
    }

    private SessionView begin(SandboxId sandbox, SessionAction.Open open, Conversation conversation) {
        var key = new Key(sandbox, open.id());
        var session = new HostedSession(sandbox, open, conversation, settings, deadlines, () -> ended(key));
        synchronized (this) {
            sessions.put(key, session);
        }
        session.start();
        return session.view();
    }

    private synchronized boolean admit(SandboxId sandbox) {
        var active = running.getOrDefault(sandbox, 0);
        if (active >= settings.running()) {
            return false;
        }
        running.put(sandbox, active + 1);
        return true;
    }

    private synchronized void released(SandboxId sandbox) {
        running.computeIfPresent(sandbox, (id, active) -> active > 1 ? active - 1 : null);
    }

    private void ended(Key key) {
        released(key.sandbox());
        synchronized (this) {
            var session = sessions.get(key);
            if (session == null) {
                return;
            }
            var weight = session.weight();
            ended.put(key, weight);
            kept += weight;
            while (kept > settings.keptTotal() && ended.size() > 1) {
                forget(ended.keySet().iterator().next());
            }
        }
        var unused = deadlines.after(settings.keepEnded(), () -> forget(key));
    }

    private synchronized void forget(Key key) {
        var weight = ended.remove(key);
        if (weight != null) {
            sessions.remove(key);
            kept -= weight;
        }
    }

    /** A sandbox that has been stopped has no sessions. */
    public synchronized void forget(SandboxId sandbox) {
        for (Iterator<Map.Entry<Key, HostedSession>> all = sessions.entrySet().iterator(); all.hasNext(); ) {
            var entry = all.next();
            if (entry.getKey().sandbox().equals(sandbox)) {
                kept -= Optional.ofNullable(ended.remove(entry.getKey())).orElse(0L);
                all.remove();
            }
        }
    }

    private synchronized Optional<HostedSession> find(SandboxId sandbox, SessionId session) {
        return Optional.ofNullable(sessions.get(new Key(sandbox, session)));
    }

    /** Signals, resizes or hangs up; what has ended lets it happen. */
    public Outcome<SessionView> change(SandboxId sandbox, SessionAction action) {
        return find(sandbox, action.id())
                .filter(session -> session.isTerminal() || action instanceof SessionAction.Signal)
                .<Outcome<SessionView>>map(session -> {
                    switch (action) {
                        case SessionAction.Signal(var id, var number) -> session.signal(number);
                        case SessionAction.Resize(var id, var size) -> session.resize(size.columns(), size.rows());
                        case SessionAction.HangUp(var id) -> session.hangUp();
                        case SessionAction.Open open -> throw new IllegalArgumentException("not a change");
                    }
                    return Outcome.done(session.view());
                })
                .orElseGet(() -> Outcome.refused(new SessionRefusal.NoSuchSession()));
    }

    public List<SessionView> list(SandboxId sandbox) {
        return of(sandbox).stream()
                .map(HostedSession::view)
                .sorted(Comparator.comparing(SessionView::startedAt))
                .toList();
    }

    private synchronized List<HostedSession> of(SandboxId sandbox) {
        return sessions.entrySet().stream()
                .filter(entry -> entry.getKey().sandbox().equals(sandbox))
                .map(Map.Entry::getValue)
                .toList();
    }

    public Outcome<Attachment> attach(SandboxId sandbox, SessionId id, boolean terminal) {
        var session = find(sandbox, id).filter(found -> found.isTerminal() == terminal);
        if (session.isEmpty()) {
            return Outcome.refused(new SessionRefusal.NoSuchSession());
        }
        return session.get()
                .attach()
                .<Outcome<Attachment>>map(Outcome::done)
                .orElseGet(() -> Outcome.refused(new SessionRefusal.TooManyClients(settings.clients())));
    }

    /** Lets go of all: what runs goes on as long as it may without its host. */
    public void close() {
        List<HostedSession> all;
        synchronized (this) {
            all = List.copyOf(sessions.values());
        }
        all.forEach(HostedSession::close);
    }
}
