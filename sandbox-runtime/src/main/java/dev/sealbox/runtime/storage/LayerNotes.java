package dev.sealbox.runtime.storage;

import dev.sealbox.domain.identity.OrganizationId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What a host notes about one of its layers for the sake of other hosts.
 *
 * @param folder the layer's
 */
public record LayerNotes(Path folder) {
    private static final String OWNER = "owner.json";
    private static final String SHARED = "shared";
    private static final String RECEIVED = "received";
    private static final String PASSING = "passing";

    private record Owner(String organization) {}

    /** Whose it is; empty when it was never offered to others. */
    public Optional<OrganizationId> owner() {
        return RecordFile.read(folder.resolve(OWNER), Owner.class)
                .map(owner -> new OrganizationId(owner.organization()));
    }

    /** Does nothing when it has an owner, or is gone. */
    public void own(OrganizationId owner) {
        if (Files.isDirectory(folder) && owner().isEmpty()) {
            RecordFile.write(folder.resolve(OWNER), new Owner(owner.value()));
        }
    }

    /** Whether others have it, too. */
    public boolean isShared() {
        return Files.exists(folder.resolve(SHARED));
    }

    public void markShared() {
        mark(SHARED);
    }

    /** Whether this host has it from others, and only for as long as it is needed. */
    public boolean isReceived() {
        return Files.exists(folder.resolve(RECEIVED));
    }

    public void markReceived() {
        mark(RECEIVED);
    }

    /** Whether it is here only until others have it. */
    public boolean isPassing() {
        return Files.exists(folder.resolve(PASSING));
    }

    public void markPassing() {
        mark(PASSING);
    }

    private void mark(String name) {
        if (Files.isDirectory(folder)) {
            RecordFile.write(folder.resolve(name), Map.of());
        }
    }
}
