package dev.sealbox.domain.sandbox;

import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.identity.StoreName;

/** A store in a sandbox's stack: bound by id, remembered by the name that it had. */
public record StoreLayer(StoreId store, StoreName name) {}
