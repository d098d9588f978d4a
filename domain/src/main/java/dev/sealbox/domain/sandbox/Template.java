package dev.sealbox.domain.sandbox;

import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a template's name says: {@code base}, {@code base-runc}, {@code base-runsc}.
 *
 * @param files the root file system
 * @param runtime what runs it; empty for whatever its host runs by default
 */
public record Template(String files, Optional<ContainerRuntime> runtime) {
    /** The root file system of sandboxes that stand on no other. */
    public static final String BASE = "base";

    private static final Set<String> ALSO_BASE = Set.of("", "default");

    /** Reads a name; any can be read, known or not. */
    public static Template of(String name) {
        var runtime = Stream.of(ContainerRuntime.values())
                .filter(each -> name.endsWith(suffix(each)))
                .findFirst();
        var files = runtime.map(
                        each -> name.substring(0, name.length() - suffix(each).length()))
                .orElse(name);
        return new Template(ALSO_BASE.contains(files) ? BASE : files, runtime);
    }

    /** Whether there is such a template. */
    public boolean isKnown() {
        return files.equals(BASE);
    }

    /** As {@link #of} reads it. */
    public String name() {
        return files + runtime.map(Template::suffix).orElse("");
    }

    /** The same, run by what was asked for, if anything was. */
    public Template on(Optional<ContainerRuntime> wanted) {
        return wanted.isPresent() ? new Template(files, wanted) : this;
    }

    private static String suffix(ContainerRuntime runtime) {
        return "-" + runtime.word();
    }
}
