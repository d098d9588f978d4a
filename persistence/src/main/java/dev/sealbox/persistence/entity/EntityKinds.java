package dev.sealbox.persistence.entity;

import java.util.List;

/** The kinds of entity whose events fill the journal; each event carries its kind as a tag. */
public final class EntityKinds {
    public static final List<String> ALL = List.of(
            OrganizationEntity.TYPE,
            SecretStoreEntity.TYPE,
            SandboxEntity.TYPE,
            CheckpointEntity.TYPE,
            ImageLibraryEntity.TYPE);

    private EntityKinds() {}
}
