package dev.sealbox.runtime.storage;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sealbox.runtime.step.RuntimeFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/** A small JSON file that is there whole or not at all. */
final class RecordFile {
    private static final ObjectMapper JSON = new ObjectMapper();

    private RecordFile() {}

    static <T> Optional<T> read(Path file, Class<T> type) {
        try {
            return Optional.of(JSON.readValue(Files.readAllBytes(file), type));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new RuntimeFailure("storage", e);
        }
    }

    static void write(Path file, Object content) {
        try {
            var draft = file.resolveSibling("." + file.getFileName() + ".draft");
            Files.write(draft, JSON.writeValueAsBytes(content));
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new RuntimeFailure("storage", e);
        }
    }
}
