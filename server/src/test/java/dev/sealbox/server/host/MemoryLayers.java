package dev.sealbox.server.host;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.layer.ArchiveRefusal;
import dev.sealbox.domain.layer.Incoming;
import dev.sealbox.domain.layer.LayerFiles;
import dev.sealbox.domain.layer.SetuidFiles;
import dev.sealbox.domain.layer.Unpacked;
import dev.sealbox.domain.sandbox.Defaults;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Packs the names of layers, and measures what it unpacks. */
final class MemoryLayers implements LayerFiles {
    @Override
    public CompletionStage<InputStream> pack(List<CheckpointId> layers) {
        return CompletableFuture.completedFuture(
                new ByteArrayInputStream(layers.toString().getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public CompletionStage<Outcome<Unpacked>> unpack(CheckpointId layer, Incoming how, InputStream content) {
        return CompletableFuture.supplyAsync(() -> {
            try (content) {
                var size = content.readAllBytes().length;
                return how.setuid() == SetuidFiles.DROP
                        ? Outcome.done(new Unpacked(size, Defaults.NONE))
                        : Outcome.refused(new ArchiveRefusal.Unsafe("a file", "is setuid"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }
}
