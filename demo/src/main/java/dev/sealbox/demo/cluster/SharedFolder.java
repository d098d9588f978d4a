package dev.sealbox.demo.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** A folder that all nodes see. While it is away a file is in its place. */
final class SharedFolder implements LayerShelf {
    private final Path folder;
    private final Path aside;

    /** @param folder is made */
    SharedFolder(Path folder) {
        this.folder = folder;
        this.aside = folder.resolveSibling(folder.getFileName() + "-aside");
        try {
            Files.createDirectory(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Map<String, String> settings() {
        return Map.of("SEALBOX_LAYER_STORE", "dir:" + folder);
    }

    @Override
    public Set<String> layers() {
        try (var layers = Files.list(folder.resolve("layers"))) {
            return layers.map(layer -> layer.getFileName().toString()).collect(Collectors.toSet());
        } catch (IOException none) {
            return Set.of();
        }
    }

    @Override
    public boolean holds(String text) {
        try (var files = Files.walk(folder)) {
            for (var file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                if (new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(text)) {
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void takeAway() {
        try {
            Files.move(folder, aside);
            Files.createFile(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void bringBack() {
        try {
            Files.delete(folder);
            Files.move(aside, folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** It goes with the folder in which it lies. */
    @Override
    public void close() {}
}
