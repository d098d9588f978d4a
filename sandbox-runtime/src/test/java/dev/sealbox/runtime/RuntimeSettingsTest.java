package dev.sealbox.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.sandbox.ContainerRuntime;
import dev.sealbox.runtime.exec.SessionSettings;
import dev.sealbox.runtime.storage.StorageKind;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RuntimeSettingsTest {
    @Test
    void hasTheDefaultsOfTheFile() {
        var settings = settings("data-dir = /d, template-dir = /t");

        assertThat(settings)
                .isEqualTo(new RuntimeSettings(
                        Path.of("/d"),
                        Path.of("/t"),
                        "main",
                        ContainerRuntime.RUNC,
                        "ptrace",
                        "100.96.0.0/16",
                        1_000_000,
                        1024,
                        64 << 20,
                        65536,
                        64 << 20,
                        Duration.ofMinutes(5),
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(2),
                        new SessionSettings(
                                1 << 20,
                                Duration.ofSeconds(10),
                                Duration.ofSeconds(60),
                                Duration.ofMinutes(5),
                                200,
                                32,
                                128L << 20),
                        StorageKind.AUTO,
                        8L << 30,
                        2L << 30,
                        20L << 30,
                        128));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "node-id = Node",
                "node-id = -a",
                "node-id = aaaaaaaaaabbbbbbbbbbccccc",
                "data-dir = \"/a:b\"",
                "template-dir = \"/a,b\"",
                "data-dir = /aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                "uid-base = 0",
                "pids-limit = 1"
            })
    void refusesWhatCannotWork(String override) {
        var key = override.substring(0, override.indexOf(' '));

        assertThatThrownBy(() -> settings(override))
                .isInstanceOf(InvalidValue.class)
                .hasMessageContaining(key);
    }

    private static RuntimeSettings settings(String overrides) {
        return RuntimeSettings.from(ConfigFactory.parseString("sealbox.runtime {" + overrides + "}")
                .withFallback(ConfigFactory.load())
                .resolve());
    }
}
