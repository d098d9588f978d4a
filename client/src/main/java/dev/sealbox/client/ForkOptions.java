package dev.sealbox.client;

import java.time.Duration;
import java.util.Map;

/** What a fork gets besides what its checkpoint has; each method gives a changed copy. */
public final class ForkOptions {
    private final Fields fields;

    private ForkOptions(Fields fields) {
        this.fields = fields;
    }

    public static ForkOptions defaults() {
        return new ForkOptions(Fields.NONE);
    }

    /** Layers this store, given by name, on top of the inherited ones. */
    public ForkOptions secretStore(String name) {
        return new ForkOptions(fields.with("secretStore", name));
    }

    /** Idle time after which the fork is put to sleep, in whole seconds; zero means never. */
    public ForkOptions timeout(Duration idle) {
        return new ForkOptions(fields.with("timeout", idle.toSeconds()));
    }

    /** Wins over an inherited variable of the same name. */
    public ForkOptions env(String name, String value) {
        return new ForkOptions(fields.withEntry("envs", name, value));
    }

    /** Wins over inherited metadata of the same key. */
    public ForkOptions metadata(String key, String value) {
        return new ForkOptions(fields.withEntry("metadata", key, value));
    }

    Map<String, Object> body() {
        return fields.values();
    }

    @Override
    public String toString() {
        return "ForkOptions" + fields;
    }
}
