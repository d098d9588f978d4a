package dev.sealbox.domain.image;

import dev.sealbox.domain.identity.OrganizationId;

/** A snapshot for people. */
public record SnapshotView(OrganizationId organization, SnapshotName name, Snapshot state) {}
