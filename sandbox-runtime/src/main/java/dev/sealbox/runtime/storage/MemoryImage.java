package dev.sealbox.runtime.storage;

import dev.sealbox.runtime.step.RuntimeFailure;
import dev.sealbox.runtime.step.Tool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * What the processes of a sandbox had in memory at the moment of a checkpoint, or when it fell asleep. It lies in the
 * folder of the layer or the sandbox, which only the host's root may enter, beside the files and never among them: it goes
 * with them, counts in their size, and is not shared with other hosts.
 *
 * @param folder where the runtime has put its files
 */
public record MemoryImage(Path folder) {
    private static final String NAME = "memory";
    private static final String SEAL = "seal.json";
    private static final String STEP = "memory";
    private static final int CHUNK = 1 << 20;

    /**
     * What must hold for an image to be of use. Not against whoever is root here, who could do anything, but against what
     * a full or failing disk leaves of it.
     *
     * @param runtime which has made it, and alone can read it
     * @param owner whose processes they are: nobody else's sandbox goes on with them
     */
    private record Seal(String runtime, String owner, long bytes, long checksum) {}

    /** Of the layer or the sandbox in this folder; its files may be missing. */
    public static MemoryImage of(Path folder) {
        return new MemoryImage(folder.resolve(NAME));
    }

    /** For the runtime to fill, beside a layer that is being made. */
    public static MemoryImage draftFor(Path layer) {
        var draft = new MemoryImage(layer.resolveSibling(NAME));
        try {
            Files.createDirectory(draft.folder());
        } catch (IOException e) {
            throw new RuntimeFailure(STEP, e);
        }
        return draft;
    }

    /** For the runtime to fill, in a folder of its own. */
    public static MemoryImage draftIn(Path folder) {
        return draftFor(folder.resolve("any"));
    }

    /** Moves the files into a layer that is about to be settled, and says what they are. */
    public void settleIn(Path layer, String runtime, String authority) {
        var settled = of(layer);
        // Between the folders there may be the border of a subvolume.
        Tool.runLong(STEP, List.of("mv", folder.toString(), settled.folder().toString()));
        settled.finish(runtime, authority);
    }

    /** Says what the files are, which makes them an image. */
    public void finish(String runtime, String authority) {
        RecordFile.write(folder.resolve(SEAL), seal(runtime, authority));
    }

    /** How large it is. */
    public long bytes() {
        return RecordFile.read(folder.resolve(SEAL), Seal.class)
                .map(Seal::bytes)
                .orElse(0L);
    }

    /** Whether there is one at all, be it of use or not. */
    public boolean isThere() {
        return Files.exists(folder.resolve(SEAL));
    }

    /** Whether it is whole, was made by this runtime, and is of a sandbox with this authority. Reads all of it. */
    public boolean isOfUse(String runtime, String authority) {
        try {
            return RecordFile.read(folder.resolve(SEAL), Seal.class)
                    .filter(seal ->
                            seal.runtime().equals(runtime) && seal.owner().equals(digest(authority)))
                    .filter(seal -> seal.equals(seal(runtime, authority)))
                    .isPresent();
        } catch (RuntimeFailure unreadable) {
            return false;
        }
    }

    private Seal seal(String runtime, String authority) {
        var checksum = new CRC32C();
        var bytes = 0L;
        for (var file : files()) {
            bytes += add(file, checksum);
        }
        return new Seal(runtime, digest(authority), bytes, checksum.getValue());
    }

    private List<Path> files() {
        try (var all = Files.list(folder)) {
            return all.filter(file -> !file.endsWith(SEAL)).sorted().toList();
        } catch (IOException e) {
            throw new RuntimeFailure(STEP, e);
        }
    }

    private static long add(Path file, CRC32C checksum) {
        var bytes = 0L;
        var chunk = ByteBuffer.allocateDirect(CHUNK);
        try (var channel = FileChannel.open(file)) {
            while (channel.read(chunk) >= 0) {
                chunk.flip();
                bytes += chunk.remaining();
                checksum.update(chunk);
                chunk.clear();
            }
        } catch (IOException e) {
            throw new RuntimeFailure(STEP, e);
        }
        return bytes;
    }

    private static String digest(String authority) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(authority.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
