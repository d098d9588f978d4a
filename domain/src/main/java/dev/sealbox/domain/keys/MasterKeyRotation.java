package dev.sealbox.domain.keys;

import dev.sealbox.domain.Outcome;
import java.util.concurrent.CompletionStage;

/**
 * Port: the master key set of the deployment, exchanged while everything goes on. Thread-safe. A stage fails with an
 * exception when the database or the key set's source is out of reach; a repeat is safe.
 */
public interface MasterKeyRotation {

    CompletionStage<MasterKeyStatus> status();

    /**
     * Adds a new primary key and has everything that older keys wrap wrapped by it. Complete when the new key is in use;
     * re-wrapping goes on in the background, also after a restart. While it does, a repeat adds nothing.
     */
    CompletionStage<Outcome<MasterKeyStatus>> rotate();

    /** Removes the keys that are not primary from the key set, for ever; refused while anything is wrapped by one. */
    CompletionStage<Outcome<MasterKeyStatus>> retire();
}
