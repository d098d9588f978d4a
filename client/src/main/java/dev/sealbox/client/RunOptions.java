package dev.sealbox.client;

import java.time.Duration;

/** How a command is to run; each method gives a changed copy. */
public final class RunOptions {
    private static final Duration DEFAULT = Duration.ofSeconds(60);

    private final Fields fields;
    private final Duration timeout;

    private RunOptions(Fields fields, Duration timeout) {
        this.fields = fields;
        this.timeout = timeout;
    }

    /** In the home directory, at most 60 s. */
    public static RunOptions defaults() {
        return new RunOptions(Fields.NONE, DEFAULT);
    }

    /** A variable of this command; it wins over every other. */
    public RunOptions env(String name, String value) {
        return new RunOptions(fields.withEntry("envs", name, value), timeout);
    }

    public RunOptions directory(String path) {
        return new RunOptions(fields.with("cwd", path), timeout);
    }

    /** When the command is killed, in whole seconds, at least one. */
    public RunOptions timeout(Duration limit) {
        if (limit.toSeconds() < 1) {
            throw new IllegalArgumentException("a command's timeout is at least one second");
        }
        return new RunOptions(fields, limit);
    }

    Duration timeout() {
        return timeout;
    }

    Fields fields() {
        return fields.with("timeout", timeout.toSeconds());
    }

    @Override
    public String toString() {
        return "RunOptions" + fields;
    }
}
