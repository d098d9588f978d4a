package dev.sealbox.persistence.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class AuditSettingsTest {

    @Test
    void defaultsAreWhatTheFileSays() {
        var config = ConfigFactory.parseString("sealbox.persistence.data-dir = /data")
                .withFallback(ConfigFactory.parseResources("reference.conf"))
                .resolve();

        assertThat(AuditSettings.from(config))
                .isEqualTo(new AuditSettings("control", Duration.ofSeconds(10), Path.of("/data/audit/heads.log"), 2));
    }
}
