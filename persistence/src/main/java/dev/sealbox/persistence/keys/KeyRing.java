package dev.sealbox.persistence.keys;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.KeyStatus;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.RegistryConfiguration;
import com.google.crypto.tink.aead.PredefinedAeadParameters;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/**
 * The master key set as it was read at one moment. What it wraps begins with five bytes that name the key: 1, and the
 * key's id in network order.
 */
record KeyRing(KeysetHandle keys, Aead aead) {
    static final int PREFIX_BYTES = 5;
    private static final byte TINK = 1;

    /** Takes a key set into use. */
    static KeyRing of(KeysetHandle keys) throws GeneralSecurityException {
        var ring = new KeyRing(keys, keys.getPrimitive(RegistryConfiguration.get(), Aead.class));
        if (!Arrays.equals(prefixOf(ring.aead.encrypt(new byte[0], new byte[0])), prefix(ring.primary()))) {
            throw new GeneralSecurityException("the primary key has no Tink prefix");
        }
        return ring;
    }

    static KeysetHandle fresh() throws GeneralSecurityException {
        return KeysetHandle.generateNew(PredefinedAeadParameters.AES256_GCM);
    }

    long primary() {
        return Integer.toUnsignedLong(keys.getPrimary().getId());
    }

    /** Every key's id, and whether it is enabled. */
    Map<Long, Boolean> ids() {
        var ids = new TreeMap<Long, Boolean>();
        for (var i = 0; i < keys.size(); i++) {
            var entry = keys.getAt(i);
            ids.put(Integer.toUnsignedLong(entry.getId()), entry.getStatus() == KeyStatus.ENABLED);
        }
        return ids;
    }

    /** Whether the key that wrapped this is at hand. */
    boolean knows(byte[] wrapped) {
        return ids().keySet().stream().anyMatch(id -> Arrays.equals(prefix(id), prefixOf(wrapped)));
    }

    /** These keys and a new one, which is the primary. */
    KeysetHandle withNewPrimary() throws GeneralSecurityException {
        return KeysetHandle.newBuilder(keys)
                .addEntry(KeysetHandle.generateEntryFromParameters(PredefinedAeadParameters.AES256_GCM)
                        .withRandomId()
                        .makePrimary())
                .build();
    }

    /** These keys but some. */
    KeysetHandle without(Collection<Long> gone) throws GeneralSecurityException {
        var builder = KeysetHandle.newBuilder(keys);
        for (var i = keys.size() - 1; i >= 0; i--) {
            if (gone.contains(Integer.toUnsignedLong(keys.getAt(i).getId()))) {
                builder.deleteAt(i);
            }
        }
        return builder.build();
    }

    static byte[] prefix(long id) {
        return ByteBuffer.allocate(PREFIX_BYTES).put(TINK).putInt((int) id).array();
    }

    private static byte[] prefixOf(byte[] wrapped) {
        return Arrays.copyOf(wrapped, PREFIX_BYTES);
    }

    /** The id that a prefix names. */
    static long id(byte[] prefix) {
        return Integer.toUnsignedLong(
                ByteBuffer.wrap(Arrays.copyOf(prefix, PREFIX_BYTES)).getInt(1));
    }

    @Override
    public String toString() {
        return "KeyRing" + ids().keySet();
    }
}
