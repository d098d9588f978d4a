package dev.sealbox.client;

import java.util.Map;

/** How a checkpoint is taken; each method gives a changed copy. */
public final class CheckpointOptions {
    private final Fields fields;

    private CheckpointOptions(Fields fields) {
        this.fields = fields;
    }

    /** Of kind full, and none gives way to it. */
    public static CheckpointOptions defaults() {
        return new CheckpointOptions(Fields.NONE);
    }

    /** Its forks begin without processes. */
    public CheckpointOptions diskOnly() {
        return new CheckpointOptions(fields.with("kind", "disk_only"));
    }

    /**
     * The oldest of its kind that nobody uses go, so that there are no more than so many with it.
     *
     * @param most 0 for the kind's limit
     */
    public CheckpointOptions deleteOldest(int most) {
        return new CheckpointOptions(fields.with("retentionPolicy", Map.of("mode", "delete_oldest", "maxCount", most)));
    }

    Map<String, Object> body(String name) {
        return fields.with("name", name).values();
    }

    @Override
    public String toString() {
        return "CheckpointOptions" + fields;
    }
}
