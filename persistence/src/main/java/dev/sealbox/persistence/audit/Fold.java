package dev.sealbox.persistence.audit;

import dev.sealbox.domain.checkpoint.Checkpoint;
import dev.sealbox.domain.checkpoint.CheckpointEvent;
import dev.sealbox.domain.identity.Recorded;
import dev.sealbox.domain.image.ImageEvent;
import dev.sealbox.domain.image.ImageLibrary;
import dev.sealbox.domain.organization.Organization;
import dev.sealbox.domain.organization.OrganizationEvent;
import dev.sealbox.domain.sandbox.Sandbox;
import dev.sealbox.domain.sandbox.SandboxEvent;
import dev.sealbox.domain.store.SecretStore;
import dev.sealbox.domain.store.StoreEvent;
import dev.sealbox.persistence.serialization.JournalSerializer;
import java.util.Arrays;
import java.util.Optional;

/**
 * The state that an entity's events lead to, by the code that runs in production, compared with its snapshots. Stops
 * where events cannot be understood; the hash chain tells of those.
 */
final class Fold {
    private static final JournalSerializer FORMS = new JournalSerializer();

    private Optional<Object> state = Optional.empty();
    private long expected = 1;
    private boolean lost;

    void next(JournalRow row) {
        if (lost || row.sequence() != expected++) {
            lost = true;
            return;
        }
        try {
            var recorded = (Recorded<?>)
                    FORMS.fromBinary(row.form().payload(), row.form().manifest());
            state = Optional.of(next(recorded));
        } catch (RuntimeException e) {
            lost = true;
        }
    }

    private Object next(Recorded<?> recorded) {
        return switch (recorded) {
            case Recorded<?>(StoreEvent event, var origin, var at) ->
                ((SecretStore) state.orElse(SecretStore.ABSENT)).apply(new Recorded<>(event, origin, at));
            case Recorded<?>(SandboxEvent event, var origin, var at) ->
                ((Sandbox) state.orElse(Sandbox.ABSENT)).apply(new Recorded<>(event, origin, at));
            case Recorded<?>(CheckpointEvent event, var origin, var at) ->
                ((Checkpoint) state.orElse(Checkpoint.ABSENT)).apply(new Recorded<>(event, origin, at));
            case Recorded<?>(OrganizationEvent event, var origin, var at) ->
                ((Organization) state.orElse(Organization.EMPTY)).apply(new Recorded<>(event, origin, at));
            case Recorded<?>(ImageEvent event, var origin, var at) ->
                ((ImageLibrary) state.orElse(ImageLibrary.EMPTY)).apply(new Recorded<>(event, origin, at));
            default -> throw new IllegalArgumentException("no such entity");
        };
    }

    /** Whether a snapshot says what the events up to now lead to; true where that is not known. */
    boolean agrees(int serializer, String manifest, byte[] payload) {
        if (lost || state.isEmpty()) {
            return true;
        }
        try {
            return serializer == JournalSerializer.ID
                    && (state.get().equals(FORMS.fromBinary(payload, manifest))
                            || Arrays.equals(FORMS.toBinary(state.get()), payload));
        } catch (RuntimeException e) {
            return false;
        }
    }
}
