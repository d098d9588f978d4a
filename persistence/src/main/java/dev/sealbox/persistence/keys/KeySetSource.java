package dev.sealbox.persistence.keys;

import com.google.crypto.tink.KeysetHandle;
import java.io.IOException;
import java.util.Optional;

/** Where the master key set is kept. Thread-safe. */
public interface KeySetSource {

    /** What it is, for the operator: "the master key file /etc/…". */
    String name();

    /**
     * The key set; empty when there is none yet.
     *
     * @throws KeyFailure in one line, when there is one that cannot be used
     * @throws KeySourceUnavailable in one line, when a repeat may succeed
     */
    Optional<KeysetHandle> read();

    /** Replaces the key set, durably and at once; no copy of the former is kept. */
    void write(KeysetHandle keys) throws IOException;

    /** What an operator does instead, when a node cannot {@link #write}; empty when it can. */
    Optional<String> remedy();
}
