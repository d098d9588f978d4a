package dev.sealbox.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.http.HttpSettings.FailedAuthentications;
import dev.sealbox.http.HttpSettings.RateLimit;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RateLimitsTest {
    private static final Origin ONE = new Origin(new OrganizationId("acme"), "key-1", "", "");
    private static final Origin TWO = new Origin(new OrganizationId("acme"), "key-2", "", "");

    private final AtomicLong clock = new AtomicLong(-5);

    private void pass(Duration time) {
        clock.addAndGet(time.toNanos());
    }

    @Test
    void letsABurstThroughAndThenTheRate() {
        var limits = new RateLimits(new RateLimit(2, 3), clock::get);

        for (var i = 0; i < 3; i++) {
            assertThat(limits.spend(ONE)).isEmpty();
        }
        assertThat(limits.spend(ONE)).isEqualTo(OptionalLong.of(1));
        assertThat(limits.spend(TWO)).isEmpty();

        pass(Duration.ofMillis(500));
        assertThat(limits.spend(ONE)).isEmpty();
        assertThat(limits.spend(ONE)).isPresent();
        pass(Duration.ofHours(1));
        for (var i = 0; i < 3; i++) {
            assertThat(limits.spend(ONE)).isEmpty();
        }
        assertThat(limits.spend(ONE)).isPresent();
    }

    @Test
    void limitsNothingWhenToldSo() {
        var limits = new RateLimits(new RateLimit(0, 1), clock::get);

        for (var i = 0; i < 1000; i++) {
            assertThat(limits.spend(ONE)).isEmpty();
        }
    }

    private static InetAddress address(String literal) {
        try {
            return InetAddress.getByName(literal);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void slowsAnAddressDownUntilItsWindowEnds() {
        var failures = new FailedAttempts(
                new FailedAuthentications(2, Duration.ofMinutes(1)), new SimpleMeterRegistry(), clock::get);
        var here = address("192.0.2.1");

        assertThat(failures.noted(here, FailedAttempts.Reason.UNKNOWN)).isEmpty();
        assertThat(failures.noted(here, FailedAttempts.Reason.UNKNOWN)).isEmpty();
        pass(Duration.ofSeconds(20));
        assertThat(failures.noted(here, FailedAttempts.Reason.UNKNOWN)).isEqualTo(OptionalLong.of(40));
        assertThat(failures.noted(address("192.0.2.2"), FailedAttempts.Reason.UNKNOWN))
                .isEmpty();
        pass(Duration.ofSeconds(41));
        assertThat(failures.noted(here, FailedAttempts.Reason.UNKNOWN)).isEmpty();
    }

    @Test
    void takesANetworkOf64BitsForOneAddress() {
        var failures = new FailedAttempts(
                new FailedAuthentications(1, Duration.ofMinutes(1)), new SimpleMeterRegistry(), clock::get);

        assertThat(failures.noted(address("2001:db8:1:2::1"), FailedAttempts.Reason.UNKNOWN))
                .isEmpty();
        assertThat(failures.noted(address("2001:db8:1:2:ffff::9"), FailedAttempts.Reason.UNKNOWN))
                .isPresent();
        assertThat(failures.noted(address("2001:db8:1:3::1"), FailedAttempts.Reason.UNKNOWN))
                .isEmpty();
    }

    @Test
    void answersTheLimitedWith429AndWhenToComeBack() {
        try (var server = new TestServer("sealbox.http.rate-limit { requests-per-second = 1, burst = 2 }")) {
            var limited = server.send("GET", "/api/whoami");
            assertThat(limited.status()).isEqualTo(200);
            // On a busy machine more than two, since one more may come each second.
            for (var i = 0; i < 100 && limited.status() == 200; i++) {
                limited = server.send("GET", "/api/whoami");
            }

            assertThat(limited.status()).isEqualTo(429);
            assertThat(limited.code()).isEqualTo("rate-limited");
            assertThat(limited.headers().firstValue("Retry-After")).contains("1");
            assertThat(server.send("GET", "/api/whoami", BodyPublishers.noBody(), "X-API-Key", TestServer.OTHER_KEY)
                            .status())
                    .isEqualTo(200);
            assertThat(server.send("GET", "/health").status()).isEqualTo(200);
        }
    }

    @Test
    void neverLocksAValidKeyOut() {
        try (var server = new TestServer("sealbox.http.failed-authentications.per-window = 3")) {
            for (var i = 0; i < 3; i++) {
                assertThat(server.send("GET", "/api/whoami", BodyPublishers.noBody(), "X-API-Key", "osb_guess" + i)
                                .status())
                        .isEqualTo(401);
            }
            var slowed = server.send("GET", "/api/whoami", BodyPublishers.noBody(), "X-API-Key", "osb_guess");

            assertThat(slowed.status()).isEqualTo(429);
            assertThat(slowed.code()).isEqualTo("too-many-failures");
            assertThat(Integer.parseInt(
                            slowed.headers().firstValue("Retry-After").orElseThrow()))
                    .isBetween(1, 60);
            assertThat(server.send("GET", "/api/whoami").status()).isEqualTo(200);
        }
    }
}
