package dev.sealbox.benchmarks.egress;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.TimeUnit;

/** Writes the proxy's file of secrets, and knows which versions are valid at the moment. Thread-safe. */
final class Rotor {
    private static final long LIMIT = TimeUnit.SECONDS.toNanos(30);

    private final Path file;
    private long written;
    private long acknowledged;
    private int held;

    Rotor(Path file) {
        this.file = file;
    }

    /** Writes new values of so many secrets. */
    synchronized void write(int secrets) throws IOException {
        written++;
        held = secrets;
        var text = new StringBuilder();
        for (int number = 0; number < secrets; number++) {
            text.append(Secrets.token(number))
                    .append(' ')
                    .append(Secrets.value(number, written))
                    .append('\n');
        }
        var next = file.resolveSibling("next");
        Files.writeString(next, text);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** The proxy has read what was written last. */
    synchronized void acknowledge() {
        acknowledged = written;
        notifyAll();
    }

    /** Writes new values and waits until the proxy has them. */
    void rotate(int secrets) throws IOException, InterruptedException {
        write(secrets);
        long deadline = System.nanoTime() + LIMIT;
        synchronized (this) {
            while (acknowledged < written) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    throw new IOException("the proxy has not read its secrets again");
                }
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        }
    }

    /** The newest version that may be in use. */
    synchronized long written() {
        return written;
    }

    /** The version that every request has that begins now, or a newer one. */
    synchronized long acknowledged() {
        return acknowledged;
    }

    synchronized int held() {
        return held;
    }
}
