package dev.sealbox.domain.image;

import dev.sealbox.domain.identity.OrganizationId;
import java.util.Optional;

/**
 * A built image for people: a snapshot, or one of the cache, which has no name.
 *
 * @param state of one without a name as if it had one; its id is that of the checkpoint that stands for it
 */
public record ImageView(OrganizationId organization, Optional<SnapshotName> name, Snapshot state) {

    public static ImageView of(SnapshotView view) {
        return new ImageView(view.organization(), Optional.of(view.name()), view.state());
    }

    public static ImageView of(OrganizationId organization, ImageHash hash, BuiltImage image) {
        var id = hash.checkpoint(organization).value();
        var state = new Snapshot(
                id,
                hash,
                image.outline(),
                Snapshot.Stage.READY,
                Optional.of(image.layer()),
                "",
                image.builtAt(),
                image.builtAt(),
                0);
        return new ImageView(organization, Optional.empty(), state);
    }

    /** Whether somebody may mean it by this text: its name, its id, or the hash of one without a name. */
    public boolean isCalled(String text) {
        return name.map(known -> known.value().equals(text))
                        .orElse(state.image().hex().equals(text))
                || state.id().toString().equals(text);
    }
}
