package dev.sealbox.persistence.keys;

import com.google.crypto.tink.aead.AeadConfig;
import dev.sealbox.persistence.database.Database;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys that wrap all other keys, as this node knows them now. What is wrapped by a key that it does not know makes it
 * read their source once more, since another node may have rotated them. Thread-safe.
 */
public final class MasterKeys {
    private static final Logger log = LoggerFactory.getLogger(MasterKeys.class);

    private final KeySetSource source;
    private volatile KeyRing ring;

    private MasterKeys(KeySetSource source, KeyRing ring) {
        this.source = source;
        this.ring = ring;
    }

    /** As {@link #open(KeySetSource, Duration, Database)}, with the keys themselves in a file. */
    public static MasterKeys open(Path file, Database database) {
        return open(KeySetFile.plain(file), Duration.ZERO, database);
    }

    /**
     * Reads the key set, or makes one when there is none and the database holds nothing that was wrapped by an earlier
     * one.
     *
     * @param patience how long a source that does not answer is asked again
     * @throws KeyFailure with one line for the operator when the key set is missing, unreadable, or not the right one
     */
    public static MasterKeys open(KeySetSource source, Duration patience, Database database) {
        try {
            AeadConfig.register();
            var check = new MasterKeyCheck(database);
            var known = Backoff.until(patience, source::read);
            if (known.isEmpty() && check.isNeeded()) {
                throw new KeyFailure(source.name()
                        + " is missing, but the database holds data encrypted under it; restore the file");
            }
            var masters = new MasterKeys(source, known.isPresent() ? KeyRing.of(known.get()) : generate(source));
            check.pass(masters, source.name(), known.isEmpty());
            return masters;
        } catch (GeneralSecurityException | IOException e) {
            throw new KeyFailure(source.name() + " cannot be used: " + e.getMessage(), e);
        } catch (KeySourceUnavailable e) {
            throw new KeyFailure(String.valueOf(e.getMessage()), e);
        }
    }

    private static KeyRing generate(KeySetSource source) throws GeneralSecurityException, IOException {
        var keys = KeyRing.fresh();
        source.write(keys);
        log.warn(
                "Made a new master key in {}. Whoever has it and the database can read every secret; without it nobody"
                        + " can. Keep a copy in a safe place.",
                source.name());
        return KeyRing.of(keys);
    }

    KeySetSource source() {
        return source;
    }

    KeyRing ring() {
        return ring;
    }

    /** Reads the source again; the keys stay as they are when it does not have the key {@code wanted}. */
    synchronized KeyRing reread(byte[] wanted) {
        var keys = source.read();
        if (keys.isPresent()) {
            try {
                var fresh = KeyRing.of(keys.get());
                ring = fresh.knows(wanted) ? fresh : ring;
            } catch (GeneralSecurityException e) {
                throw new KeyFailure(source.name() + " cannot be used: " + e.getMessage(), e);
            }
        }
        return ring;
    }

    /** Adds a primary key to the source, and uses it from here on. */
    synchronized KeyRing addPrimary() throws IOException, GeneralSecurityException {
        var keys = ring.withNewPrimary();
        source.write(keys);
        ring = KeyRing.of(keys);
        return ring;
    }

    /** Takes keys out of the source, for ever. */
    synchronized void remove(Collection<Long> ids) throws IOException, GeneralSecurityException {
        var keys = ring.without(ids);
        source.write(keys);
        ring = KeyRing.of(keys);
    }

    /** Encrypts another key; it opens again only with the same {@code context}. */
    byte[] wrap(byte[] key, byte[] context) {
        try {
            return ring.aead().encrypt(key, context);
        } catch (GeneralSecurityException e) {
            throw new KeyFailure("a key cannot be wrapped", e);
        }
    }

    /** Opens what {@link #wrap} made; the caller wipes the result. */
    byte[] unwrap(byte[] wrapped, byte[] context) {
        try {
            var known = ring;
            return (known.knows(wrapped) ? known : newer(wrapped)).aead().decrypt(wrapped, context);
        } catch (GeneralSecurityException e) {
            throw new KeyFailure("a wrapped key does not open: it was altered, moved, or wrapped by other keys", e);
        }
    }

    private synchronized KeyRing newer(byte[] wrapped) {
        return ring.knows(wrapped) ? ring : reread(wrapped);
    }

    /** Whether this was wrapped by one of these keys, in this context. */
    boolean opens(byte[] wrapped, byte[] context) {
        return Optional.of(ring).filter(keys -> keys.knows(wrapped)).isPresent() && decrypts(wrapped, context);
    }

    private boolean decrypts(byte[] wrapped, byte[] context) {
        try {
            ring.aead().decrypt(wrapped, context);
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
