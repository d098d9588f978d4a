package dev.sealbox.runtime.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryImageTest {
    @TempDir
    Path draft;

    private MemoryImage image;
    private Path file;

    @BeforeEach
    void settle() throws IOException {
        var layer = Files.createDirectory(draft.resolve("layer"));
        var made = MemoryImage.draftFor(layer);
        Files.write(made.folder().resolve("checkpoint.img"), new byte[3 << 20]);
        assertThat(MemoryImage.of(layer).isThere()).isFalse();
        made.settleIn(layer, "runsc 1", "authority");
        image = MemoryImage.of(layer);
        file = image.folder().resolve("checkpoint.img");
    }

    @Test
    void isOfUseToWhatHasMadeItAndForWhomItIs() {
        assertThat(image.isThere()).isTrue();
        assertThat(made()).isTrue();
        assertThat(image.isOfUse("runsc 2", "authority")).isFalse();
        assertThat(image.isOfUse("runsc 1", "another")).isFalse();
    }

    private boolean made() {
        return image.isOfUse("runsc 1", "authority");
    }

    @Test
    void isOfNoUseOnceItIsNotWhatItWas() throws IOException {
        var content = Files.readAllBytes(file);
        content[2 << 20] = 1;
        Files.write(file, content);
        assertThat(made()).isFalse();
        Files.write(file, new byte[(3 << 20) - 1]);
        assertThat(made()).isFalse();
        Files.write(file, new byte[3 << 20]);
        assertThat(made()).isTrue();
        Files.delete(file);
        assertThat(made()).isFalse();
    }

    @Test
    void isOfNoUseWithoutAWholeSeal() throws IOException {
        Files.writeString(image.folder().resolve("seal.json"), "{\"runtime\":");
        assertThat(made()).isFalse();
        Files.delete(image.folder().resolve("seal.json"));
        assertThat(image.isThere()).isFalse();
        assertThat(made()).isFalse();
    }
}
