package dev.sealbox.runtime.layer;

import dev.sealbox.domain.sandbox.Defaults;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A root file system that lies here as tars and is not unpacked yet.
 *
 * @param layers the lowest first
 * @param defaults what it says about commands
 */
record RootImage(List<Part> layers, Defaults defaults) {

    /**
     * One tar, compressed or not.
     *
     * @param digest the SHA-256 of the tar as it is not compressed, in hex, if somebody has told it
     */
    record Part(Path file, Optional<String> digest) {}

    /** A single tar that says nothing else. */
    static RootImage of(Path file) {
        return new RootImage(List.of(new Part(file, Optional.empty())), Defaults.NONE);
    }
}
