package dev.sealbox.runtime.exec;

import dev.sealbox.domain.session.SessionFrame;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The last output of a session, in the order in which it came, and the readers that go through it. A reader has a place
 * in it and nothing else, so that what was written before it came and what is written afterwards have no seam.
 *
 * <p>Old output is dropped when there is no room, but nothing that a reader still has to get: the writer waits for the
 * reader, and cuts it off when it stands still for too long. It waits for a first reader, too, for a while: who starts a
 * session attaches to it a moment later, and is not to miss what came meanwhile. Memory is bounded whatever is written and however many read.
 * Thread-safe; one thread writes.
 */
final class Scrollback {
    /** What a chunk takes besides its bytes, so that thousands of tiny ones count as what they are. */
    private static final int OVERHEAD = 64;

    private static final int SMALL = 4096;

    /** Some output in a row of one kind. Only the newest one grows. */
    static final class Chunk {
        final byte type;
        final long start;
        byte[] bytes;
        int length;

        @Nullable Chunk next;

        private Chunk(byte type, long start, byte[] bytes) {
            this.type = type;
            this.start = start;
            this.bytes = bytes;
            this.length = bytes.length;
        }

        private int weight() {
            return bytes.length + OVERHEAD;
        }
    }

    private final int capacity;
    private final long patience;
    private final long welcomeUntil;
    final ReentrantLock lock = new ReentrantLock();
    private final Condition moved = lock.newCondition();
    private final List<ScrollbackReader> readers = new ArrayList<>();
    private @Nullable Chunk first;
    private @Nullable Chunk last;
    private long weight;
    private long end;
    private boolean met;
    private @Nullable Integer exitCode;

    /**
     * Keeps at most {@code capacity} bytes.
     *
     * @param patience with a reader that stands still
     * @param welcome how long from now on a first reader is waited for
     */
    Scrollback(int capacity, Duration patience, Duration welcome) {
        this.capacity = capacity;
        this.patience = patience.toNanos();
        this.welcomeUntil = System.nanoTime() + welcome.toNanos();
    }

    /** Takes over at most {@link Frame#LARGEST} bytes; waits until the readers have made room for them. */
    void append(byte type, byte[] bytes) throws InterruptedException {
        if (bytes.length == 0) {
            return;
        }
        lock.lock();
        try {
            makeRoom(bytes.length + OVERHEAD);
            add(type, bytes);
        } finally {
            lock.unlock();
        }
        wake();
    }

    private void add(byte type, byte[] bytes) {
        var newest = last;
        if (newest != null && newest.type == type && newest.length + bytes.length <= SMALL) {
            weight -= newest.weight();
            grow(newest, bytes);
            weight += newest.weight();
        } else {
            var chunk = new Chunk(type, end, bytes);
            weight += chunk.weight();
            if (newest == null) {
                first = chunk;
            } else {
                newest.next = chunk;
            }
            last = chunk;
        }
        end += bytes.length;
    }

    private static void grow(Chunk chunk, byte[] bytes) {
        var length = chunk.length + bytes.length;
        if (length > chunk.bytes.length) {
            chunk.bytes = Arrays.copyOf(chunk.bytes, Math.min(SMALL, Math.max(length, 2 * chunk.length)));
        }
        System.arraycopy(bytes, 0, chunk.bytes, chunk.length, bytes.length);
        chunk.length = length;
    }

    private void makeRoom(int wanted) throws InterruptedException {
        var began = System.nanoTime();
        while (first != null && weight + wanted > capacity) {
            var oldest = first;
            var laggards = readers.stream()
                    .filter(reader -> reader.position() < oldest.start + oldest.length)
                    .toList();
            var welcome = met ? 0 : welcomeUntil - System.nanoTime();
            if (welcome > 0) {
                moved.awaitNanos(welcome);
            } else if (laggards.isEmpty()) {
                drop(oldest);
            } else if (!cutOff(laggards, began)) {
                moved.awaitNanos(left(laggards, began));
            }
        }
    }

    private void drop(Chunk oldest) {
        weight -= oldest.weight();
        first = oldest.next;
        if (first == null) {
            last = null;
        }
    }

    /** Cuts off those that have stood still for too long. */
    private boolean cutOff(List<ScrollbackReader> laggards, long began) {
        var still = laggards.stream()
                .filter(reader -> stood(reader, began) >= patience)
                .toList();
        still.forEach(ScrollbackReader::cut);
        return readers.removeAll(still);
    }

    private long left(List<ScrollbackReader> laggards, long began) {
        return laggards.stream()
                .mapToLong(reader -> patience - stood(reader, began))
                .min()
                .orElse(0);
    }

    /** Time in which the writer waited for it counts, and no other. */
    private static long stood(ScrollbackReader reader, long began) {
        var now = System.nanoTime();
        return Math.min(now - reader.movedAt(), now - began);
    }

    /** The process has ended; nothing is appended any more. */
    void end(int code) {
        lock.lock();
        try {
            if (exitCode == null) {
                exitCode = code;
            }
        } finally {
            lock.unlock();
        }
        wake();
    }

    /** Whoever waits gets what there is; outside of the lock, since it may be back at once with its next question. */
    private void wake() {
        List<Runnable> answers;
        lock.lock();
        try {
            answers = readers.stream()
                    .flatMap(reader -> reader.answers().stream())
                    .toList();
        } finally {
            lock.unlock();
        }
        answers.forEach(Runnable::run);
    }

    /** A reader of all that is kept, or, when {@code latest}, of what comes. */
    ScrollbackReader attach(boolean latest) {
        lock.lock();
        try {
            var oldest = first;
            var from = latest || oldest == null ? end : oldest.start;
            var reader = new ScrollbackReader(this, latest ? null : oldest, from, end);
            readers.add(reader);
            met = true;
            moved.signalAll();
            return reader;
        } finally {
            lock.unlock();
        }
    }

    void detach(ScrollbackReader reader) {
        lock.lock();
        try {
            readers.remove(reader);
            moved.signalAll();
        } finally {
            lock.unlock();
        }
    }

    // What follows is for readers, which hold the lock.

    void readerMoved() {
        moved.signalAll();
    }

    /** The chunk that holds this position, which is none of those that are dropped; null at the end. */
    @Nullable Chunk find(long position) {
        for (var chunk = first; chunk != null; chunk = chunk.next) {
            if (position < chunk.start + chunk.length) {
                return chunk;
            }
        }
        return null;
    }

    long end() {
        return end;
    }

    @Nullable Integer exitCode() {
        return exitCode;
    }

    /** Bytes that are held. */
    long weight() {
        lock.lock();
        try {
            return weight;
        } finally {
            lock.unlock();
        }
    }

    static SessionFrame frame(Chunk chunk, int from, int length) {
        var bytes = new byte[1 + length];
        bytes[0] = chunk.type;
        System.arraycopy(chunk.bytes, from, bytes, 1, length);
        return SessionFrame.of(bytes);
    }
}
