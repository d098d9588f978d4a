package dev.sealbox.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import dev.sealbox.domain.preview.PreviewAddress;
import dev.sealbox.domain.store.VersionLimit;
import dev.sealbox.persistence.database.DatabaseSettings;
import dev.sealbox.persistence.database.DatabaseSettings.External;
import dev.sealbox.persistence.entity.EntitySettings;
import dev.sealbox.persistence.keys.MasterKeySettings;
import dev.sealbox.persistence.service.ImageSettings;
import dev.sealbox.persistence.service.ServiceSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PersistenceSettingsTest {
    private static PersistenceSettings given(Map<String, String> chosen) {
        return PersistenceSettings.from(ConfigFactory.parseMap(chosen)
                .withFallback(ConfigFactory.parseResources("reference.conf"))
                .resolve());
    }

    @Test
    void hasTheDefaultsOfTheFile() {
        assertThat(given(Map.of("sealbox.persistence.data-dir", "./var")))
                .isEqualTo(new PersistenceSettings(
                        new DatabaseSettings(
                                Optional.empty(), Path.of("./var/postgres"), 6, 10, Duration.ofSeconds(60)),
                        new MasterKeySettings(
                                MasterKeySettings.Source.FILE,
                                Path.of("./var/keys/master.json"),
                                "SEALBOX_MASTER_KEYS",
                                Optional.empty(),
                                Duration.ofSeconds(30)),
                        Duration.ofDays(30),
                        new EntitySettings(
                                "control",
                                100,
                                2,
                                Duration.ofMinutes(10),
                                Duration.ofSeconds(10),
                                Duration.ofSeconds(15),
                                Duration.ofSeconds(5),
                                6,
                                Duration.ZERO),
                        new ServiceSettings(
                                Duration.ofSeconds(10),
                                Duration.ofSeconds(15),
                                Duration.ofSeconds(120),
                                Duration.ofSeconds(60),
                                Duration.ofSeconds(30),
                                Duration.ofSeconds(30),
                                1000,
                                50,
                                new VersionLimit(10),
                                false,
                                false,
                                false),
                        new ImageSettings(
                                2,
                                1000,
                                Duration.ofSeconds(300),
                                Duration.ofSeconds(120),
                                500,
                                java.util.Optional.empty()),
                        new PreviewAddress("https", "localhost")));
    }

    @Test
    void takesAnExternalDatabaseAndNeverPrintsItsPassword() {
        var settings = given(Map.of(
                "sealbox.persistence.database.url", "jdbc:postgresql://db/sealbox",
                "sealbox.persistence.database.user", "somebody",
                "sealbox.persistence.database.password", "hush"));

        assertThat(settings.database().external())
                .contains(new External("jdbc:postgresql://db/sealbox", "somebody", "hush"));
        assertThat(settings.toString()).doesNotContain("hush");
    }
}
