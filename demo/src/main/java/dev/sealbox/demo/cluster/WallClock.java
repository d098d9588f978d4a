package dev.sealbox.demo.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;

/**
 * The wall clock of one machine. Machines made of namespaces share a kernel, and with it the clock, so what a node asks is
 * answered by a library before the C library's own answer: the kernel's time and as much more as a file says. Time that only
 * passes, and waiting, stay the kernel's, as on a machine whose clock is set; so do the clocks of what the node starts.
 */
final class WallClock {
    private static final String LIBRARY = "sealbox-clock.so";

    private final Path library;
    private final Path file;

    /** Right at first. Its files are named {@code name} and the library, in {@code folder}. */
    WallClock(Path folder, String name) throws IOException {
        library = folder.resolve(LIBRARY);
        file = folder.resolve(name);
        if (!Files.exists(library)) {
            try (var compiled = WallClock.class.getResourceAsStream(LIBRARY)) {
                if (compiled == null) {
                    throw new IllegalStateException(LIBRARY + " was not compiled");
                }
                Files.copy(compiled, library);
            }
        }
        Files.write(file, new byte[Long.BYTES]);
    }

    /** What makes a process live by it. */
    Map<String, String> environment() {
        return Map.of("LD_PRELOAD", library.toString(), "SEALBOX_CLOCK_FILE", file.toString());
    }

    /** Sets it, so that it is ahead of the right time by so much, or behind when that is negative. */
    void set(Duration ahead) {
        var offset = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
        offset.putLong(ahead.toNanos()).flip();
        try (var written = FileChannel.open(file, StandardOpenOption.WRITE)) {
            written.write(offset, 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
