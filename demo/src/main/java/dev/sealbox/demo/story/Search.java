package dev.sealbox.demo.story;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Looks for byte sequences in files. A file that vanishes or cannot be read while it looks is passed over. */
final class Search {
    private static final int CHUNK = 1 << 20;

    private final List<byte[]> traces;
    private final int overlap;
    private final byte[] buffer;
    private final byte[] nothing;
    private final List<String> found = new ArrayList<>();
    private int files;
    private long bytes;

    /** @param traces each has a byte that is not zero */
    Search(List<byte[]> traces) {
        this.traces = traces;
        this.overlap = traces.stream().mapToInt(trace -> trace.length).max().orElse(1) - 1;
        this.buffer = new byte[CHUNK + overlap];
        this.nothing = new byte[CHUNK + overlap];
    }

    /** Looks into every regular file below a folder. */
    Search below(Path folder) {
        try {
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    if (attributes.isRegularFile()) {
                        in(file);
                    }
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException gone) {
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            found.add(folder + " could not be searched: " + e.getMessage());
        }
        return this;
    }

    /** Looks into the environment and the command line of every process of this machine, those of sandboxes included. */
    Search processes() {
        try (var all = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (var process : all) {
                in(process.resolve("environ"));
                in(process.resolve("cmdline"));
            }
        } catch (IOException e) {
            found.add("/proc could not be searched: " + e.getMessage());
        }
        return this;
    }

    /** Looks into a value that is no file. */
    Search in(String name, byte[] value) {
        try (var in = new ByteArrayInputStream(value)) {
            if (holdsTrace(in)) {
                found.add(name);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /** Looks into one file. */
    Search in(Path file) {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return this;
        }
        try (var in = Files.newInputStream(file)) {
            files++;
            if (holdsTrace(in)) {
                found.add(file.toString());
            }
        } catch (IOException gone) {
            return this;
        }
        return this;
    }

    /** The places where something was found. */
    List<String> found() {
        return List.copyOf(found);
    }

    /** How much was looked at. */
    String extent() {
        return files + " files, " + bytes / 1_000_000 + " MB";
    }

    private boolean holdsTrace(InputStream in) throws IOException {
        int kept = 0;
        for (int count = in.read(buffer, 0, CHUNK); count >= 0; count = in.read(buffer, kept, CHUNK)) {
            bytes += count;
            int length = kept + count;
            if (!isNothing(length) && holdsTrace(length)) {
                return true;
            }
            kept = Math.min(overlap, length);
            System.arraycopy(buffer, length - kept, buffer, 0, kept);
        }
        return false;
    }

    /** Sparse files, such as an image of the disks, are holes for gigabytes. */
    private boolean isNothing(int length) {
        return Arrays.equals(buffer, 0, length, nothing, 0, length);
    }

    private boolean holdsTrace(int length) {
        return traces.stream().anyMatch(trace -> holds(buffer, length, trace));
    }

    private static boolean holds(byte[] buffer, int length, byte[] trace) {
        byte first = trace[0];
        for (int at = 0; at <= length - trace.length; at++) {
            if (buffer[at] == first && matches(buffer, at, trace)) {
                return true;
            }
        }
        return false;
    }

    private static boolean matches(byte[] buffer, int at, byte[] trace) {
        for (int i = 1; i < trace.length; i++) {
            if (buffer[at + i] != trace[i]) {
                return false;
            }
        }
        return true;
    }
}
