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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Looks for byte sequences in files. A file that vanishes or cannot be read while it looks is passed over. */
final class Search {
    private static final int CHUNK = 1 << 20;

    private final Traces traces;
    private final int overlap;
    private final byte[] buffer;
    private final byte[] nothing;
    private final Map<String, List<byte[]>> found = new LinkedHashMap<>();
    private final List<String> unsearched = new ArrayList<>();
    private int files;
    private long bytes;

    /** @param traces each of two bytes or more, with a byte that is not zero */
    Search(List<byte[]> traces) {
        this.traces = new Traces(traces);
        this.overlap = this.traces.longest() - 1;
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
            unsearched.add(folder + ": " + e.getMessage());
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
            unsearched.add("/proc: " + e.getMessage());
        }
        return this;
    }

    /** Looks into a value that is no file. */
    Search in(String name, byte[] value) {
        try (var in = new ByteArrayInputStream(value)) {
            lookInto(in, name);
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
            lookInto(in, file.toString());
        } catch (IOException gone) {
            return this;
        }
        return this;
    }

    /** The places where something was found, and those that could not be searched. */
    List<String> found() {
        return places(all -> true);
    }

    /** The places where one of these, of what was looked for, was found, and those that could not be searched. */
    List<String> found(List<byte[]> some) {
        return places(all -> all.stream().anyMatch(some::contains));
    }

    private List<String> places(Predicate<List<byte[]>> wanted) {
        var places = found.entrySet().stream()
                .filter(place -> wanted.test(place.getValue()))
                .map(Map.Entry::getKey);
        return Stream.concat(unsearched.stream(), places).toList();
    }

    /** How much was looked at. */
    String extent() {
        return files + " files, " + bytes / 1_000_000 + " MB";
    }

    private void lookInto(InputStream in, String place) throws IOException {
        int kept = 0;
        for (int count = in.read(buffer, 0, CHUNK); count >= 0; count = in.read(buffer, kept, CHUNK)) {
            bytes += count;
            int length = kept + count;
            if (!isNothing(length)) {
                traces.in(buffer, length)
                        .forEach(trace -> found.computeIfAbsent(place, first -> new ArrayList<>())
                                .add(trace));
            }
            kept = Math.min(overlap, length);
            System.arraycopy(buffer, length - kept, buffer, 0, kept);
        }
    }

    /** Sparse files, such as an image of the disks, are holes for gigabytes. */
    private boolean isNothing(int length) {
        return Arrays.equals(buffer, 0, length, nothing, 0, length);
    }
}
