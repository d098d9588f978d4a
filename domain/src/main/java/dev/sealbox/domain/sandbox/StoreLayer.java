package dev.sealbox.domain.sandbox;

import dev.sealbox.domain.store.StoreId;
import dev.sealbox.domain.store.StoreName;

/** A store in a sandbox's stack: bound by id, remembered by the name that it had. */
public record StoreLayer(StoreId store, StoreName name) {}
