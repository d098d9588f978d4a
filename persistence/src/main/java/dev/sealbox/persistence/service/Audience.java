package dev.sealbox.persistence.service;

import dev.sealbox.domain.image.BuildLog;
import dev.sealbox.domain.image.BuildLog.Line;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Those who wait for a build and hear what it says. Whoever comes late hears the last lines first. Thread-safe. */
final class Audience implements BuildLog {
    private final int kept;
    private final Deque<Line> said = new ArrayDeque<>();
    /** By a number, since several may hear with the same ears. */
    private final Map<Integer, BuildLog> listeners = new LinkedHashMap<>();

    private int next;
    private boolean closed;

    Audience(int kept) {
        this.kept = kept;
    }

    /** What to call when leaving; empty when the build is not waited for any more and will not be. */
    synchronized Optional<Runnable> join(BuildLog listener) {
        if (closed) {
            return Optional.empty();
        }
        said.forEach(listener::add);
        var number = next++;
        listeners.put(number, listener);
        return Optional.of(() -> leave(number));
    }

    private synchronized void leave(int number) {
        listeners.remove(number);
    }

    @Override
    public synchronized void add(Line line) {
        said.addLast(line);
        if (said.size() > kept) {
            said.removeFirst();
        }
        listeners.values().forEach(listener -> listener.add(line));
    }

    /** Whether somebody waits. If not, nobody can join any more. */
    synchronized boolean isThere() {
        closed = closed || listeners.isEmpty();
        return !closed;
    }

    /** Lets nobody join any more. */
    synchronized void close() {
        closed = true;
    }
}
