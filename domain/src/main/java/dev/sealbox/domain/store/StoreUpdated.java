package dev.sealbox.domain.store;

/** A store after a change, and how far the change has come. */
public record StoreUpdated(StoreSummary store, Refreshed refreshed) {}
