package dev.sealbox.runtime.layer;

import dev.sealbox.domain.layer.ArchiveRefusal;

/** Leaves an unpacking at once. It never leaves this package: a refusal is a value outside. */
final class RefusedFiles extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final transient ArchiveRefusal reason;

    RefusedFiles(ArchiveRefusal reason) {
        super(reason.message(), null, false, false);
        this.reason = reason;
    }

    static RefusedFiles unsafe(String entry, String why) {
        return new RefusedFiles(new ArchiveRefusal.Unsafe(quoted(entry), why));
    }

    private static String quoted(String entry) {
        return '"' + (entry.length() > 200 ? entry.substring(0, 200) + "..." : entry) + '"';
    }

    ArchiveRefusal reason() {
        return reason;
    }
}
