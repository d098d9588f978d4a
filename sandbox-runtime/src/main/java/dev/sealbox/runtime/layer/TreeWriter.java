package dev.sealbox.runtime.layer;

import dev.sealbox.runtime.step.RuntimeFailure;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Makes files below a folder, by the host program, which lets the kernel resolve every name beneath that folder and through
 * no link. Paths are relative; {@code .} is the folder itself. Not thread-safe.
 */
final class TreeWriter implements Tree, AutoCloseable {
    private static final String STEP = "unpack";
    private static final int PIECE = 256 * 1024;
    private static final int HOLE = 1 << 31;
    private static final int LONGEST_HOLE = 1 << 30;
    private static final int UNSAFE = 2;
    private static final int LARGEST_ATTRIBUTE = 32 * 1024;
    private static final int QUOTED = 300;

    /** Who has a file, how it may be used, and when it was changed, in seconds. */
    record Owned(int mode, int owner, int group, long seconds) {
        static final Owned NOBODY = new Owned(0, 0, 0, 0);
    }

    private final Process program;
    private final DataOutputStream records;
    private final CompletableFuture<String> said = new CompletableFuture<>();
    private final Allowance allowance;
    private final byte[] piece = new byte[PIECE];

    /** @param hostProgram that unpacks */
    TreeWriter(Path hostProgram, Path folder, Allowance allowance) {
        this.allowance = allowance;
        try {
            program = new ProcessBuilder(hostProgram.toString(), "unpack", folder.toString())
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new RuntimeFailure(STEP, e);
        }
        records = new DataOutputStream(new BufferedOutputStream(program.getOutputStream(), PIECE));
        Thread.ofVirtual().start(this::listen);
    }

    private void listen() {
        try (var errors = program.getErrorStream()) {
            said.complete(new String(errors.readNBytes(EntryName.LONGEST * 2), StandardCharsets.UTF_8).strip());
        } catch (IOException e) {
            said.completeExceptionally(e);
        }
    }

    @Override
    public void directory(String path, Owned owned) {
        record('d', path, "", owned);
    }

    /** Refused when something has the name. */
    void newDirectory(String path, Owned owned) {
        record('m', path, "", owned);
    }

    /** Long runs of zeros become holes. */
    @Override
    public void file(String path, Owned owned, InputStream content) throws IOException {
        record('f', path, "", owned);
        passHoles(content);
        for (var count = content.readNBytes(piece, 0, PIECE); count > 0; count = content.readNBytes(piece, 0, PIECE)) {
            allowance.bytes(count);
            write(count);
            passHoles(content);
        }
        told(() -> records.writeInt(0));
    }

    /** Of files that say where they have some. */
    private void passHoles(InputStream content) {
        if (content instanceof SparseContent sparse) {
            for (var hole = sparse.passHole(LONGEST_HOLE); hole > 0; hole = sparse.passHole(LONGEST_HOLE)) {
                var bytes = hole;
                allowance.bytes(bytes);
                told(() -> records.writeInt(bytes | HOLE));
            }
        }
    }

    private void write(int count) {
        var empty = count == PIECE && isEmpty();
        told(() -> {
            records.writeInt(empty ? count | HOLE : count);
            if (!empty) {
                records.write(piece, 0, count);
            }
        });
    }

    private boolean isEmpty() {
        for (var each : piece) {
            if (each != 0) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void link(String path, Owned owned, String target) {
        record('l', path, target, owned);
    }

    @Override
    public void hardLink(String path, String first) {
        record('h', path, first, Owned.NOBODY);
    }

    @Override
    public void pipe(String path, Owned owned) {
        record('p', path, "", owned);
    }

    @Override
    public void whiteout(String path) {
        record('w', path, "", Owned.NOBODY);
    }

    @Override
    public void opaque(String path) {
        record('o', path, "", Owned.NOBODY);
    }

    /** Empties a directory if it is there. */
    void empty(String path) {
        record('e', path, "", Owned.NOBODY);
    }

    void remove(String path) {
        record('r', path, "", Owned.NOBODY);
    }

    @Override
    public void attribute(String path, String name, String value) {
        if (name.length() + value.length() > LARGEST_ATTRIBUTE) {
            throw RefusedFiles.unsafe(path, "has an attribute of more than 32 KiB");
        }
        record('x', path, name + '\0' + value, Owned.NOBODY);
    }

    private void record(char kind, String path, String other, Owned owned) {
        allowance.entry();
        var name = path.getBytes(StandardCharsets.UTF_8);
        var second = other.getBytes(StandardCharsets.UTF_8);
        if (name.length >= EntryName.LONGEST || (kind != 'x' && second.length >= EntryName.LONGEST)) {
            throw RefusedFiles.unsafe(
                    path, "has a name or a target of more than " + (EntryName.LONGEST - 1) + " bytes");
        }
        told(() -> {
            records.writeByte(kind);
            records.writeInt(owned.mode());
            records.writeInt(owned.owner());
            records.writeInt(owned.group());
            records.writeLong(owned.seconds());
            records.writeShort(name.length);
            records.writeShort(second.length);
            records.write(name);
            records.write(second);
        });
    }

    @FunctionalInterface
    private interface Telling {
        void tell() throws IOException;
    }

    /** A program that has ended says why. */
    private void told(Telling telling) {
        try {
            telling.tell();
        } catch (IOException e) {
            ended();
            throw new RuntimeFailure(STEP, e);
        }
    }

    /** Waits until all is made. */
    void finish() {
        told(records::close);
        ended();
    }

    private void ended() {
        try {
            if (!program.waitFor(20, TimeUnit.MINUTES)) {
                throw new RuntimeFailure(STEP, "it did not end within 20 minutes");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RuntimeFailure(STEP, e);
        }
        var reason = said.join();
        var quoted = reason.length() > QUOTED ? "..." + reason.substring(reason.length() - QUOTED) : reason;
        if (program.exitValue() == UNSAFE) {
            var colon = quoted.lastIndexOf(": ");
            throw colon < 0
                    ? RefusedFiles.unsafe(quoted, "cannot be made")
                    : RefusedFiles.unsafe(
                            quoted.substring(0, colon), "cannot be made beneath it: " + quoted.substring(colon + 2));
        }
        if (program.exitValue() != 0) {
            throw new RuntimeFailure(STEP, quoted);
        }
    }

    /** Leaves what is made so far; for after a failure. */
    @Override
    public void close() {
        program.destroyForcibly();
        try {
            program.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
