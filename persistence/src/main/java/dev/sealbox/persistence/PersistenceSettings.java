package dev.sealbox.persistence;

import com.typesafe.config.Config;
import dev.sealbox.domain.preview.PreviewAddress;
import dev.sealbox.persistence.database.DatabaseSettings;
import dev.sealbox.persistence.entity.EntitySettings;
import dev.sealbox.persistence.keys.MasterKeySettings;
import dev.sealbox.persistence.service.ImageSettings;
import dev.sealbox.persistence.service.ServiceSettings;
import java.time.Duration;

/**
 * What an operator may choose about persistence; the keys live under {@code sealbox.persistence}.
 *
 * @param masterKeys where the key-encryption key set comes from
 * @param backupHorizon how long copies of the key table may exist in backups
 * @param previews where webhooks are told that ports of sandboxes are reached
 */
public record PersistenceSettings(
        DatabaseSettings database,
        MasterKeySettings masterKeys,
        Duration backupHorizon,
        EntitySettings entities,
        ServiceSettings services,
        ImageSettings images,
        PreviewAddress previews) {

    public static PersistenceSettings from(Config config) {
        return new PersistenceSettings(
                DatabaseSettings.from(config),
                MasterKeySettings.from(config),
                config.getDuration("sealbox.persistence.backup-horizon"),
                EntitySettings.from(config),
                ServiceSettings.from(config),
                ImageSettings.from(config),
                new PreviewAddress(
                        config.getString("sealbox.persistence.webhooks.preview-scheme"),
                        config.getString("sealbox.persistence.webhooks.preview-domain")));
    }
}
