package dev.sealbox.runtime.exec;

import dev.sealbox.domain.session.SessionFrame;
import dev.sealbox.runtime.exec.Scrollback.Chunk;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One reader's place in a {@link Scrollback}: what was there when it came, the end of that, what came later, the exit
 * code. Thread-safe; one question at a time.
 */
final class ScrollbackReader {
    private final Scrollback scrollback;
    private final long seam;
    private @Nullable Chunk chunk;
    private long position;
    private long movedAt = System.nanoTime();
    private boolean seamTold;
    private boolean over;
    private boolean cut;
    private @Nullable CompletableFuture<Optional<SessionFrame>> asking;

    ScrollbackReader(Scrollback scrollback, @Nullable Chunk chunk, long position, long seam) {
        this.scrollback = scrollback;
        this.chunk = chunk;
        this.position = position;
        this.seam = seam;
    }

    /** The next frame when there is one; empty after the last. */
    CompletionStage<Optional<SessionFrame>> next() {
        scrollback.lock.lock();
        try {
            var frame = take();
            if (frame != null || over) {
                return CompletableFuture.completedFuture(Optional.ofNullable(frame));
            }
            var question = new CompletableFuture<Optional<SessionFrame>>();
            asking = question;
            return question;
        } finally {
            scrollback.lock.unlock();
        }
    }

    void close() {
        CompletableFuture<Optional<SessionFrame>> question;
        scrollback.lock.lock();
        try {
            over = true;
            question = asking;
            asking = null;
            chunk = null;
        } finally {
            scrollback.lock.unlock();
        }
        scrollback.detach(this);
        if (question != null) {
            question.complete(Optional.empty());
        }
    }

    // What follows is called with the lock held.

    /** The answer to the question that waits, if it can be given now. */
    Optional<Runnable> answers() {
        var question = asking;
        var frame = question == null ? null : take();
        if (question == null || (frame == null && !over)) {
            return Optional.empty();
        }
        asking = null;
        return Optional.of(() -> question.complete(Optional.ofNullable(frame)));
    }

    private @Nullable SessionFrame take() {
        if (over) {
            return null;
        }
        if (cut) {
            over = true;
            return SessionFrame.of(SessionFrame.TOO_SLOW);
        }
        if (!seamTold && position == seam) {
            seamTold = true;
            return SessionFrame.of(SessionFrame.SCROLLBACK_END);
        }
        return position < scrollback.end() ? output() : exit();
    }

    private @Nullable SessionFrame exit() {
        var code = scrollback.exitCode();
        if (code == null) {
            return null;
        }
        over = true;
        return SessionFrame.exit(code);
    }

    private @Nullable SessionFrame output() {
        var current = chunkHere();
        var until = Math.min(current.start + current.length, seamTold ? Long.MAX_VALUE : seam);
        var length = (int) Math.min(until - position, SessionFrame.LARGEST);
        var frame = Scrollback.frame(current, (int) (position - current.start), length);
        chunk = current;
        position += length;
        movedAt = System.nanoTime();
        scrollback.readerMoved();
        return frame;
    }

    private Chunk chunkHere() {
        var known = chunk;
        if (known != null && position == known.start + known.length) {
            known = known.next;
        }
        var current = known == null ? scrollback.find(position) : known;
        if (current == null) {
            throw new IllegalStateException("output is lost at " + position);
        }
        return current;
    }

    long position() {
        return position;
    }

    /** As {@link System#nanoTime}. */
    long movedAt() {
        return movedAt;
    }

    void cut() {
        cut = true;
        chunk = null;
    }
}
