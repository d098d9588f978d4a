package dev.sealbox.persistence.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LedgerSettingsTest {
    @Test
    void hasTheDefaultsOfTheReference() {
        assertThat(LedgerSettings.from(ConfigFactory.defaultReference().resolve()))
                .isEqualTo(new LedgerSettings(
                        false, Duration.ofSeconds(5), Duration.ofSeconds(10), Path.of("./var/audit/uses"), 256L << 20));
    }

    @Test
    void refusesAModeThatThereIsNot() {
        var config = ConfigFactory.parseString("sealbox.persistence.audit.mode = maybe")
                .withFallback(ConfigFactory.defaultReference())
                .resolve();

        assertThatThrownBy(() -> LedgerSettings.from(config))
                .hasMessage("sealbox.persistence.audit.mode is strict or async");
    }
}
