package dev.sealbox.proxy.transport;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Native;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes sockets that live in another network namespace than the process.
 *
 * <p>A socket belongs for ever to the namespace of the thread that made it. So a thread of its own enters the namespace,
 * makes them and ends; it never runs anything else, and it starts no thread, which would inherit the namespace.
 */
public final class NamespaceSockets {
    private static final int O_RDONLY_CLOEXEC = 0x80000;
    private static final int CLONE_NEWNET = 0x40000000;

    /** The C library's functions, by their own names. */
    interface C extends Library {
        int open(String path, int flags) throws LastErrorException;

        int setns(int file, int type) throws LastErrorException;

        int close(int file) throws LastErrorException;
    }

    /** The namespace cannot be entered. */
    public static final class NoNamespace extends RuntimeException {
        private static final long serialVersionUID = 1;

        NoNamespace(Path namespace, String step, Throwable cause) {
            super(step + " the network namespace " + namespace, cause);
        }
    }

    private NamespaceSockets() {}

    /**
     * Runs {@code make} inside {@code namespace}, or here and now when it is null.
     *
     * @throws NoNamespace when there is none at that path or it may not be entered (CAP_SYS_ADMIN is needed)
     */
    public static <T> T in(@Nullable Path namespace, Supplier<T> make) {
        if (namespace == null) {
            return make.get();
        }
        if (!Files.exists(namespace)) {
            throw new NoNamespace(namespace, "there is no", new java.io.FileNotFoundException(namespace.toString()));
        }
        loadClasses();
        var c = Native.load("c", C.class);
        int file = open(c, namespace);
        try {
            return inside(c, file, namespace, make);
        } finally {
            c.close(file);
        }
    }

    private static int open(C c, Path namespace) {
        try {
            return c.open(namespace.toString(), O_RDONLY_CLOEXEC);
        } catch (LastErrorException e) {
            throw new NoNamespace(namespace, "opening", e);
        }
    }

    private static <T> T inside(C c, int file, Path namespace, Supplier<T> make) {
        var making = new FutureTask<>(() -> {
            c.setns(file, CLONE_NEWNET);
            return make.get();
        });
        Thread.ofPlatform().name("sealbox-namespace").start(making);
        try {
            return making.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause && !(cause instanceof LastErrorException)
                    ? cause
                    : new NoNamespace(namespace, "making sockets in", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NoNamespace(namespace, "waiting for sockets in", e);
        }
    }

    /** Whatever these classes start when first used must not be started inside the namespace. */
    private static void loadClasses() {
        Epoll.ensureAvailability();
        new EpollServerSocketChannel().unsafe().closeForcibly();
        new EpollDatagramChannel().unsafe().closeForcibly();
    }
}
