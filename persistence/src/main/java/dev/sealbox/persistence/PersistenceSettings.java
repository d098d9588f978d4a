package dev.sealbox.persistence;

import com.typesafe.config.Config;
import dev.sealbox.persistence.database.DatabaseSettings;
import dev.sealbox.persistence.entity.EntitySettings;
import dev.sealbox.persistence.service.ServiceSettings;
import java.nio.file.Path;

/**
 * What an operator may choose about persistence; the keys live under {@code sealbox.persistence}.
 *
 * @param masterKeyFile the key-encryption key set
 */
public record PersistenceSettings(
        DatabaseSettings database, Path masterKeyFile, EntitySettings entities, ServiceSettings services) {

    public static PersistenceSettings from(Config config) {
        return new PersistenceSettings(
                DatabaseSettings.from(config),
                Path.of(config.getString("sealbox.persistence.master-key-file")),
                EntitySettings.from(config),
                ServiceSettings.from(config));
    }
}
