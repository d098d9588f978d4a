package dev.sealbox.proxy.tunnel;

import dev.sealbox.proxy.codec.BadMessage;
import dev.sealbox.proxy.http2.Http2ClientStream;
import io.netty.handler.codec.http2.Http2Error;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What becomes of one request among many on a connection: the phases that it goes through, apart from the others. */
final class Course {
    private static final Logger log = LoggerFactory.getLogger(Course.class);

    private final Conversation conversation;
    private final Http2ClientStream stream;

    private @Nullable Phase phase;
    private boolean queued;
    private boolean over;

    /** @param wake makes this course go on; may be called in any thread */
    Course(Conversation connection, Http2ClientStream stream, Runnable wake) {
        this.conversation = connection.of(stream, wake);
        this.stream = stream;
    }

    Http2ClientStream stream() {
        return stream;
    }

    /** Whether it was not yet among those that shall go on. */
    boolean enqueue() {
        boolean first = !queued;
        queued = true;
        return first;
    }

    /** Does all that can be done now. What fails here breaks off this stream only. */
    void advance() {
        queued = false;
        try {
            proceed();
        } catch (RuntimeException e) {
            log.atError().setCause(e).log("a request failed");
            stream.reset(Http2Error.INTERNAL_ERROR);
            over = true;
        }
    }

    private void proceed() {
        if (stream.isClosed() || over) {
            over = true;
            return;
        }
        var present = phase == null ? receive() : phase;
        for (var next = present.step(); !next.equals(present); next = present.step()) {
            present = next;
        }
        phase = present;
        conversation.upstream().settle();
        over = present instanceof Draining && stream.isDrained();
    }

    private Phase receive() {
        try {
            return new Reception(conversation).receive(stream.request());
        } catch (BadMessage e) {
            return conversation.answers().refuse(Problem.malformed(e));
        }
    }

    /** Looks at the clock. */
    void tick(long now) {
        if (phase == null || over) {
            return;
        }
        var next = phase.tick(now);
        if (!next.equals(phase)) {
            phase = next;
            conversation.wake().run();
        }
    }

    boolean isOver() {
        return over;
    }

    boolean mayRelease() {
        return phase != null && phase.mayRelease();
    }

    void release() {
        if (phase != null) {
            phase.release();
        }
    }

    /** Lets go of what it holds. */
    void close() {
        if (phase != null) {
            phase.close();
        }
        phase = null;
        over = true;
        conversation.upstream().park();
        stream.forget();
    }
}
