package dev.sealbox.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.sealbox.domain.image.ImageView;
import dev.sealbox.domain.image.SnapshotName;
import dev.sealbox.domain.image.SnapshotView;
import java.time.Instant;
import java.util.Optional;

/**
 * A snapshot, or an image without a name, as clients see it.
 *
 * @param manifest with size and SHA-256 of each file in the place of its content
 * @param checkpointId what stands for it as a checkpoint
 * @param errorMsg why it failed
 */
record SnapshotJson(
        String id,
        String orgId,
        Optional<String> name,
        String contentHash,
        Optional<String> checkpointId,
        JsonNode manifest,
        String status,
        Optional<String> errorMsg,
        Instant createdAt,
        Instant lastUsedAt) {

    static SnapshotJson of(SnapshotView view) {
        return of(ImageView.of(view));
    }

    /** In a list, where nobody has seen to it that a checkpoint stands for an image without a name. */
    static SnapshotJson listed(ImageView view) {
        return of(view, view.name().isPresent());
    }

    static SnapshotJson of(ImageView view) {
        return of(view, true);
    }

    private static SnapshotJson of(ImageView view, boolean standing) {
        var state = view.state();
        return new SnapshotJson(
                state.id().toString(),
                view.organization().value(),
                view.name().map(SnapshotName::value),
                state.image().hex(),
                state.layer().filter(ready -> standing).map(ready -> state.id().toString()),
                tree(state.outline()),
                state.stage().status(),
                Optional.of(state.reason()).filter(reason -> !reason.isEmpty()),
                state.createdAt(),
                state.changedAt());
    }

    private static JsonNode tree(String outline) {
        try {
            return Json.MAPPER.readTree(outline);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a manifest that was kept is not JSON", e);
        }
    }
}
