package dev.sealbox.persistence.archive;

import dev.sealbox.domain.layer.ArchiveRefusal;

/** Leaves the reading of an archive at once; whoever has it read makes a value of it. */
public final class RefusedArchive extends Exception {
    private static final long serialVersionUID = 1;
    private final transient ArchiveRefusal reason;

    RefusedArchive(ArchiveRefusal reason) {
        super(reason.message());
        this.reason = reason;
    }

    public ArchiveRefusal reason() {
        return reason;
    }
}
