package dev.sealbox.runtime.storage;

import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
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

    private static final String LENT = "lent.json";

    private record Owner(String organization) {}

    private record Lent(String sandbox) {}

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

    /** The sandbox of whose disk it is a copy that other hosts may have; empty for any other layer. */
    public Optional<SandboxId> lentOf() {
        return RecordFile.read(folder.resolve(LENT), Lent.class).map(lent -> new SandboxId(lent.sandbox()));
    }

    public void lend(SandboxId sandbox) {
        if (Files.isDirectory(folder)) {
            RecordFile.write(folder.resolve(LENT), new Lent(sandbox.value()));
        }
    }

    private void mark(String name) {
        if (Files.isDirectory(folder)) {
            RecordFile.write(folder.resolve(name), Map.of());
        }
    }
}
