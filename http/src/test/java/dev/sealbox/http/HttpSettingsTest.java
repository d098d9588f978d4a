package dev.sealbox.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigResolveOptions;
import dev.sealbox.domain.identity.OrganizationId;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class HttpSettingsTest {

    @Test
    void defaultsAreWhatTheFileSays() {
        var file = ConfigFactory.parseResources("reference.conf")
                .resolve(ConfigResolveOptions.noSystem().setAllowUnresolved(true));

        assertThat(HttpSettings.from(file.withFallback(ConfigFactory.defaultReference())))
                .isEqualTo(new HttpSettings(
                        "127.0.0.1",
                        8080,
                        "localhost",
                        4 * 1024 * 1024,
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(100),
                        Duration.ofSeconds(120),
                        1024,
                        Duration.ofSeconds(10),
                        new HttpSettings.Exec(
                                Duration.ofSeconds(60),
                                Duration.ofSeconds(10),
                                Duration.ofSeconds(15),
                                Duration.ofMillis(400),
                                Duration.ofMillis(500),
                                Duration.ofMinutes(5),
                                1024 * 1024,
                                64L * 1024 * 1024,
                                500),
                        new HttpSettings.WebSocket(1 << 20, Duration.ofSeconds(20)),
                        new HttpSettings.Preview(Duration.ofSeconds(100), false, Duration.ofSeconds(5), ""),
                        new OrganizationId("default"),
                        new HttpSettings.RateLimit(200, 400),
                        new HttpSettings.FailedAuthentications(30, Duration.ofMinutes(1)),
                        new HttpSettings.Audit(
                                Duration.ofMillis(250), Duration.ofSeconds(15), 100, Duration.ofMinutes(5)),
                        new HttpSettings.Images(256 * 1024 * 1024, Duration.ofMinutes(5), Duration.ofSeconds(10))));
    }

    @Test
    void waitsForAnswersLongerThanAForkMayTakeAndShorterThanAConnectionMayIdle() {
        var settings = HttpSettings.from(ConfigFactory.load());

        assertThat(settings.answerTimeout())
                .isGreaterThan(Duration.ofSeconds(30))
                .isLessThan(settings.idleTimeout());
        assertThat(settings.exec().keepAlive()).isLessThan(Duration.ofSeconds(30));
        assertThat(settings.images().keepAlive()).isLessThan(Duration.ofSeconds(15));
    }
}
