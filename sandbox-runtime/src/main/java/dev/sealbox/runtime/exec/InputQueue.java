package dev.sealbox.runtime.exec;

import dev.sealbox.domain.Unit;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What is said to a session's agent: input, of which only so much may be on its way, and between it signals and the like,
 * which never wait for a process that reads nothing. Thread-safe; one thread {@link #carry carries} it.
 */
final class InputQueue {
    /** Bytes that an agent holds for a process: INPUT_WINDOW of {@code agent.h}. */
    private static final int WINDOW = 64 << 10;

    private record Input(Frame frame, CompletableFuture<Unit> sent) {
        private int length() {
            return frame.payload().length;
        }
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Queue<Input> inputs = new ArrayDeque<>();
    private final Queue<Frame> orders = new ArrayDeque<>();
    private int credit = WINDOW;
    private boolean closed;

    /** Complete when it is on its way to the process, or when the process has ended and needs none. */
    CompletableFuture<Unit> input(byte[] bytes) {
        if (bytes.length > WINDOW) {
            throw new IllegalArgumentException("input of " + bytes.length + " bytes at once");
        }
        var sent = new CompletableFuture<Unit>();
        lock.lock();
        try {
            if (closed || bytes.length == 0) {
                sent.complete(Unit.DONE);
            } else {
                inputs.add(new Input(new Frame(Frame.INPUT, bytes), sent));
                changed.signal();
            }
            return sent;
        } finally {
            lock.unlock();
        }
    }

    void order(byte type, int... numbers) {
        var payload = ByteBuffer.allocate(numbers.length * Integer.BYTES);
        Arrays.stream(numbers).forEach(payload::putInt);
        lock.lock();
        try {
            if (!closed) {
                orders.add(new Frame(type, payload.array()));
                changed.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /** The agent has passed on so many bytes. What it says is not trusted further than its window. */
    void taken(int bytes) {
        lock.lock();
        try {
            credit = (int) Math.min(WINDOW, credit + Math.max(0L, bytes));
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Says everything until the queue is closed or the agent is gone. */
    void carry(Conversation conversation) throws InterruptedException {
        while (true) {
            var sent = CompletableFuture.completedFuture(Unit.DONE);
            Frame next;
            lock.lock();
            try {
                while (!closed
                        && orders.isEmpty()
                        && (inputs.isEmpty() || inputs.element().length() > credit)) {
                    changed.await();
                }
                if (closed) {
                    return;
                }
                if (orders.isEmpty()) {
                    var input = inputs.remove();
                    credit -= input.length();
                    sent = input.sent();
                    next = input.frame();
                } else {
                    next = orders.remove();
                }
            } finally {
                lock.unlock();
            }
            say(conversation, next);
            sent.complete(Unit.DONE);
        }
    }

    private void say(Conversation conversation, Frame what) {
        try {
            conversation.say(what.type(), what.payload());
        } catch (IOException e) {
            // Whoever listens to the agent hears that it is gone.
            close();
        }
    }

    void close() {
        lock.lock();
        try {
            closed = true;
            inputs.forEach(input -> input.sent().complete(Unit.DONE));
            inputs.clear();
            orders.clear();
            changed.signal();
        } finally {
            lock.unlock();
        }
    }
}
