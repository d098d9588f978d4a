package dev.sealbox.persistence.layers;

import dev.sealbox.domain.layer.LayerStoreFailure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Objects as files of a folder that all nodes see, such as a network file system. */
final class FolderStore implements ObjectStore {
    private static final String DRAFTS = ".drafts";

    private final Path root;
    private final Path drafts;

    private FolderStore(Path root) {
        this.root = root;
        this.drafts = root.resolve(DRAFTS);
    }

    /** The folder need not be there yet: a file system that is mounted later is one that is out of reach now. */
    static FolderStore at(Path root) {
        return new FolderStore(root);
    }

    @Override
    public Optional<byte[]> read(String name) {
        try {
            return Optional.of(Files.readAllBytes(root.resolve(name)));
        } catch (NoSuchFileException e) {
            present();
            return Optional.empty();
        } catch (IOException e) {
            throw failed(e);
        }
    }

    @Override
    public Optional<Instant> writtenAt(String name) {
        try {
            return Optional.of(Files.getLastModifiedTime(root.resolve(name)).toInstant());
        } catch (NoSuchFileException e) {
            present();
            return Optional.empty();
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** What is not there and what is not mounted look alike from below. */
    private void present() {
        if (!Files.isDirectory(root)) {
            throw new LayerStoreFailure("the layer store cannot be reached: its folder is not there");
        }
    }

    @Override
    public void write(String name, byte[] content) {
        present();
        var draft = drafts.resolve(UUID.randomUUID().toString());
        try {
            makePrivate(drafts);
            try (var file = FileChannel.open(draft, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                var left = ByteBuffer.wrap(content);
                while (left.hasRemaining()) {
                    file.write(left);
                }
                file.force(true);
            }
            var place = root.resolve(name);
            makePrivate(place.resolve("..").normalize());
            Files.move(draft, place, StandardCopyOption.ATOMIC_MOVE);
            settle(place.resolve("..").normalize());
        } catch (IOException e) {
            throw failed(e);
        } finally {
            discard(draft);
        }
    }

    private static void makePrivate(Path folder) throws IOException {
        Files.createDirectories(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    /** A power failure must not take back what others were told of. */
    private static void settle(Path folder) throws IOException {
        try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static void discard(Path draft) {
        try {
            Files.deleteIfExists(draft);
        } catch (IOException e) {
            // It is swept up when it is old.
        }
    }

    @Override
    public List<Listed> list(String prefix) {
        present();
        var folder = root.resolve(prefix);
        var found = new ArrayList<Listed>();
        try (var files = Files.walk(folder)) {
            for (var file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                writtenAt(root.relativize(file).toString())
                        .ifPresent(
                                at -> found.add(new Listed(root.relativize(file).toString(), at)));
            }
            return found;
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException | java.io.UncheckedIOException e) {
            throw failed(e);
        }
    }

    @Override
    public void delete(String name) {
        try {
            Files.deleteIfExists(root.resolve(name));
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private static LayerStoreFailure failed(Exception e) {
        return new LayerStoreFailure(
                "the layer store cannot be used: " + e.getClass().getSimpleName(), e);
    }

    @Override
    public String describe() {
        return "the folder " + root;
    }
}
