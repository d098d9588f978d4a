package dev.sealbox.persistence.serialization;

/** A message that may travel between nodes; bound to Jackson's CBOR form. */
public interface ClusterMessage {}
