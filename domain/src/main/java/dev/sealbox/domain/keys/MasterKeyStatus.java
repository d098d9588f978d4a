package dev.sealbox.domain.keys;

import java.util.List;

/**
 * What may be told of the master keys: never the keys.
 *
 * @param primary the id of the key that wraps what is new
 * @param keys the primary first, then by id
 */
public record MasterKeyStatus(long primary, List<Key> keys, Progress rotation) {
    public MasterKeyStatus {
        keys = List.copyOf(keys);
    }

    /**
     * One key.
     *
     * @param id as Tink numbers it, unsigned
     * @param dataKeys how many data keys of secrets it wraps
     * @param others how many other keys it wraps: certificate authorities, the signing key, the check of the key set
     */
    public record Key(long id, boolean primary, State state, long dataKeys, long others) {}

    /** What a key can still do. */
    public enum State {
        ENABLED,
        /** In the key set, but switched off by whoever made it. */
        DISABLED,
        /** Removed from the key set by {@link MasterKeyRotation#retire}. */
        RETIRED,
        /** Something is wrapped by it, and this node's key set does not have it. */
        MISSING
    }

    /** How far the last rotation has come. */
    public enum Phase {
        /** None was ever asked for. */
        NEVER,
        RUNNING,
        DONE
    }

    /**
     * The last rotation.
     *
     * @param done of {@code total} keys that the older master keys wrapped when it began
     * @param unopenable keys that no master key opens: altered, or wrapped by a missing key; they stay as they are
     */
    public record Progress(Phase phase, long done, long total, long unopenable) {}
}
