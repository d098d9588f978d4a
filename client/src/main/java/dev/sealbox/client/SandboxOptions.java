package dev.sealbox.client;

import java.time.Duration;
import java.util.Map;

/** What a new sandbox is to be; each method gives a changed copy. Sizes are in MiB. */
public final class SandboxOptions {
    private final Fields fields;

    private SandboxOptions(Fields fields) {
        this.fields = fields;
    }

    /** The base template with 4096 MiB, one CPU, no store, and no idle timeout. */
    public static SandboxOptions defaults() {
        return new SandboxOptions(Fields.NONE.with("templateID", "base").with("timeout", 0));
    }

    public SandboxOptions template(String name) {
        return new SandboxOptions(fields.with("templateID", name));
    }

    /** Seals the secrets of this store, given by name, into the sandbox. */
    public SandboxOptions secretStore(String name) {
        return new SandboxOptions(fields.with("secretStore", name));
    }

    /** Idle time after which the sandbox is put to sleep, in whole seconds; zero means never. */
    public SandboxOptions timeout(Duration idle) {
        return new SandboxOptions(fields.with("timeout", idle.toSeconds()));
    }

    /** A plain variable; it takes the place of a secret of the same name. */
    public SandboxOptions env(String name, String value) {
        return new SandboxOptions(fields.withEntry("envs", name, value));
    }

    public SandboxOptions metadata(String key, String value) {
        return new SandboxOptions(fields.withEntry("metadata", key, value));
    }

    /** 1024, 4096, 8192 or 16384. */
    public SandboxOptions memoryMB(int size) {
        return new SandboxOptions(fields.with("memoryMB", size));
    }

    /** 1, 2 or 4, matching the memory. */
    public SandboxOptions cpuCount(int count) {
        return new SandboxOptions(fields.with("cpuCount", count));
    }

    /** 20480 to 262144. */
    public SandboxOptions diskMB(int size) {
        return new SandboxOptions(fields.with("diskMB", size));
    }

    /** What the sandbox starts from, in the place of the template. It is built if nobody had it built before. */
    public SandboxOptions image(Image image) {
        return new SandboxOptions(fields.with("image", image.body()));
    }

    /** The name of the snapshot that the sandbox starts from. */
    public SandboxOptions snapshot(String name) {
        return new SandboxOptions(fields.with("snapshot", name));
    }

    boolean isBuilt() {
        return fields.values().containsKey("image") || fields.values().containsKey("snapshot");
    }

    Map<String, Object> body() {
        return fields.values();
    }

    @Override
    public String toString() {
        return "SandboxOptions" + fields;
    }
}
