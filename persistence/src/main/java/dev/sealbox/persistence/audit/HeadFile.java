package dev.sealbox.persistence.audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sealbox.domain.audit.AuditHead;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;

/**
 * The heads outside of the database, one line of JSON each: who removes the newest heads there does not remove them here.
 * A line once written stays. Thread-safe within the process; nodes have files of their own.
 */
final class HeadFile {
    private static final ObjectMapper JSON = JsonMapper.builder().build();
    private static final long TAIL = 8192;

    private final Path path;

    HeadFile(Path path) {
        this.path = path;
    }

    /** A head in the file. */
    record Line(
            long number,
            String at,
            long upTo,
            long events,
            long entities,
            String previous,
            String entries,
            String hash,
            String signature) {

        static Line of(AuditHead head) {
            return new Line(
                    head.number(),
                    head.at().toString(),
                    head.upTo(),
                    head.events(),
                    head.entities(),
                    head.previous(),
                    head.entries(),
                    head.hash(),
                    head.signature());
        }

        AuditHead head() {
            return new AuditHead(number, Instant.parse(at), upTo, events, entities, previous, entries, signature);
        }
    }

    /** The number of the last head in the file; 0 if there is none. */
    synchronized long last() throws IOException {
        if (!Files.exists(path)) {
            return 0;
        }
        try (var file = FileChannel.open(path, StandardOpenOption.READ)) {
            var size = file.size();
            var tail = ByteBuffer.allocate((int) Math.min(TAIL, size));
            while (tail.hasRemaining() && file.read(tail, size - tail.capacity() + tail.position()) >= 0) {
                // reads on
            }
            var text = new String(tail.array(), StandardCharsets.UTF_8);
            // What follows the last line break is a line that a crash cut off.
            var whole = text.substring(0, text.lastIndexOf('\n') + 1);
            return whole.isEmpty() ? 0 : number(whole.substring(whole.lastIndexOf('\n', whole.length() - 2) + 1));
        }
    }

    private static long number(String line) throws IOException {
        return JSON.readValue(line, Line.class).number();
    }

    /** Adds heads with higher numbers than the last one, and has them on the disk when it returns. */
    synchronized void append(List<AuditHead> heads) throws IOException {
        if (heads.isEmpty()) {
            return;
        }
        prepare();
        try (var file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            file.position(endOfWholeLines(file));
            file.truncate(file.position());
            var lines = ByteBuffer.wrap(text(heads).getBytes(StandardCharsets.UTF_8));
            while (lines.hasRemaining()) {
                file.write(lines);
            }
            file.force(true);
        }
    }

    private void prepare() throws IOException {
        if (!Files.exists(path)) {
            Files.createDirectories(path.toAbsolutePath().getParent());
            Files.createFile(path);
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-r-----"));
        }
    }

    private static long endOfWholeLines(FileChannel file) throws IOException {
        var one = ByteBuffer.allocate(1);
        for (var end = file.size(); end > 0; end--) {
            file.read(one.clear(), end - 1);
            if (one.get(0) == '\n') {
                return end;
            }
        }
        return 0;
    }

    private static String text(List<AuditHead> heads) throws JsonProcessingException {
        var text = new StringBuilder();
        for (var head : heads) {
            text.append(JSON.writeValueAsString(Line.of(head))).append('\n');
        }
        return text.toString();
    }

    /** Reads the file from its beginning, line by line. */
    Reader read() throws IOException {
        try {
            return new Reader(Files.newBufferedReader(path));
        } catch (NoSuchFileException e) {
            return new Reader(new BufferedReader(java.io.Reader.nullReader()));
        }
    }

    /** A walk through the file. */
    static final class Reader implements AutoCloseable {
        private final BufferedReader lines;

        private Reader(BufferedReader lines) {
            this.lines = lines;
        }

        /** The next line as it is; null at the end. */
        @org.jspecify.annotations.Nullable String line() throws IOException {
            return lines.readLine();
        }

        static Line parse(String line) throws JsonProcessingException {
            return JSON.readValue(line, Line.class);
        }

        @Override
        public void close() throws IOException {
            lines.close();
        }
    }
}
