package dev.sealbox.persistence.layers;

import com.typesafe.config.Config;
import dev.sealbox.persistence.keys.SealedLayerKeys;
import dev.sealbox.persistence.layers.BucketStore.Access;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The layer store that an operator has chosen, if one was; the keys live under {@code sealbox.layer-store}. */
public final class LayerStores {
    private static final Logger log = LoggerFactory.getLogger(LayerStores.class);
    private static final String FOLDER = "dir:";
    private static final Pattern BUCKET = Pattern.compile("s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/([\\w./-]*))?");
    private static final int PIECE = 8 << 20;

    private LayerStores() {}

    /**
     * Opens it without asking it anything: a node starts also when its layer store is away.
     *
     * @throws IllegalArgumentException in one line, for an address that cannot be
     */
    public static Optional<ObjectLayerStore> open(Config config, SealedLayerKeys keys) {
        var own = config.getConfig("sealbox.layer-store");
        var address = own.getString("address").strip();
        if (address.isEmpty()) {
            return Optional.empty();
        }
        var objects = objects(address, own.getConfig("s3"));
        log.info("hosts share layers by {}", objects.describe());
        return Optional.of(new ObjectLayerStore(objects, keys::of, PIECE));
    }

    static ObjectStore objects(String address, Config s3) {
        if (address.startsWith(FOLDER)
                && Path.of(address.substring(FOLDER.length())).isAbsolute()) {
            return FolderStore.at(Path.of(address.substring(FOLDER.length())).normalize());
        }
        var bucket = BUCKET.matcher(address);
        if (bucket.matches()) {
            return BucketStore.at(bucket.group(1), prefix(bucket.group(2)), access(s3));
        }
        throw new IllegalArgumentException(
                "sealbox.layer-store.address is dir:/path or s3://bucket/prefix, not \"" + address + "\"");
    }

    private static String prefix(@Nullable String given) {
        var prefix = given == null ? "" : given;
        return prefix.isEmpty() || prefix.endsWith("/") ? prefix : prefix + "/";
    }

    private static Access access(Config s3) {
        var endpoint = s3.getString("endpoint").strip();
        return new Access(
                endpoint.isEmpty() ? Optional.empty() : Optional.of(URI.create(endpoint)),
                s3.getString("region"),
                s3.getString("access-key"),
                s3.getString("secret-key"));
    }
}
