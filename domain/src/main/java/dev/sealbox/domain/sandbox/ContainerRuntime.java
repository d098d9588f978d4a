package dev.sealbox.domain.sandbox;

import dev.sealbox.domain.InvalidValue;
import java.util.stream.Stream;

/** What runs a sandbox's processes. */
public enum ContainerRuntime {
    /** On the host's kernel, in namespaces. */
    RUNC("runc"),

    /** On a kernel of its own, gVisor's, that asks little of the host's. */
    RUNSC("runsc");

    private final String word;

    ContainerRuntime(String word) {
        this.word = word;
    }

    /** As people and settings write it. */
    public String word() {
        return word;
    }

    /**
     * Reads a {@link #word}.
     *
     * @throws InvalidValue when there is none such
     */
    public static ContainerRuntime of(String word) {
        return Stream.of(values())
                .filter(each -> each.word.equals(word))
                .findFirst()
                .orElseThrow(() -> new InvalidValue("runtime is neither runc nor runsc"));
    }
}
