package dev.sealbox.persistence.layers;

import dev.sealbox.domain.identity.OrganizationId;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** Each organisation's key, read once. Thread-safe; blocks. */
final class LayerCiphers {
    private final Function<OrganizationId, byte[]> keys;
    private final Map<OrganizationId, LayerCipher> known = new ConcurrentHashMap<>();

    /** @param keys gives 32 bytes that are wiped here, the same each time */
    LayerCiphers(Function<OrganizationId, byte[]> keys) {
        this.keys = keys;
    }

    LayerCipher of(OrganizationId organization) {
        return known.computeIfAbsent(organization, this::read);
    }

    private LayerCipher read(OrganizationId organization) {
        var key = keys.apply(organization);
        try {
            return new LayerCipher(organization, key);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }
}
