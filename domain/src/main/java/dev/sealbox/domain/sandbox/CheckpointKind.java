package dev.sealbox.domain.sandbox;

/** What a checkpoint keeps, as its maker asked; here both keep the disk (docs/decisions say why). */
public enum CheckpointKind {
    FULL(10),
    DISK_ONLY(100);

    private final int limit;

    CheckpointKind(int limit) {
        this.limit = limit;
    }

    /** How many of this kind a sandbox may have (SEMANTICS 10.4). */
    public int limit() {
        return limit;
    }
}
