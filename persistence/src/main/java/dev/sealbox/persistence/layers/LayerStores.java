package dev.sealbox.persistence.layers;

import com.typesafe.config.Config;
import dev.sealbox.persistence.keys.SealedLayerKeys;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The layer store that an operator has chosen, if one was; the keys live under {@code sealbox.layer-store}. */
public final class LayerStores {
    private static final Logger log = LoggerFactory.getLogger(LayerStores.class);
    private static final String FOLDER = "dir:";
    private static final int PIECE = 8 << 20;

    private LayerStores() {}

    /**
     * Opens it without asking it anything: a node starts also when its layer store is away.
     *
     * @throws IllegalArgumentException in one line, for an address that cannot be
     */
    public static Optional<ObjectLayerStore> open(Config config, SealedLayerKeys keys) {
        var address = config.getString("sealbox.layer-store.address").strip();
        if (address.isEmpty()) {
            return Optional.empty();
        }
        var objects = objects(address);
        log.info("hosts share layers by {}", objects.describe());
        return Optional.of(new ObjectLayerStore(objects, keys::of, PIECE, Clock.systemUTC()));
    }

    private static ObjectStore objects(String address) {
        if (address.startsWith(FOLDER)
                && Path.of(address.substring(FOLDER.length())).isAbsolute()) {
            return FolderStore.at(Path.of(address.substring(FOLDER.length())).normalize());
        }
        throw new IllegalArgumentException("sealbox.layer-store.address is dir:/path, not \"" + address + "\"");
    }
}
