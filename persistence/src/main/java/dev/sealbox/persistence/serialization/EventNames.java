package dev.sealbox.persistence.serialization;

import dev.sealbox.domain.identity.Recorded;

/** What kind of event it is, in the words of the journal without the number of its form: {@code store.secret-set}. */
public final class EventNames {
    private EventNames() {}

    public static String of(Recorded<?> recorded) {
        var manifest = JournalForms.manifest(recorded);
        return manifest.substring(0, manifest.lastIndexOf('.'));
    }
}
