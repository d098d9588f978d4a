package dev.sealbox.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.sandbox.Gateway;
import dev.sealbox.proxy.http2.Http2Limits;
import dev.sealbox.proxy.revocation.RevocationSettings;
import dev.sealbox.proxy.tunnel.Limits;
import dev.sealbox.proxy.upstream.Overrides;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ProxySettingsTest {
    private static final Set<String> SINKS = Set.copyOf(
            List.of(("cookie referer user-agent via from origin forwarded x-forwarded-* x-real-ip x-client-ip"
                            + " x-cluster-client-ip true-client-ip cf-connecting-ip x-original-* x-rewrite-url"
                            + " traceparent tracestate baggage b3 x-b3-* sentry-trace uber-trace-id uberctx-*"
                            + " x-amzn-trace-id x-cloud-trace-context x-datadog-* x-ot-span-context ot-tracer-*"
                            + " grpc-trace-bin x-request-id x-correlation-id")
                    .split(" ", -1)));

    @Test
    void hasTheDefaultsThatTheReferenceSays() {
        assertThat(ProxySettings.from(ConfigFactory.load()))
                .isEqualTo(new ProxySettings(
                        new ProxySettings.Listen("169.254.169.253", 3128, 443, 80, 53, 3129),
                        0,
                        new Limits(
                                32 * 1024,
                                64 * 1024,
                                200,
                                8,
                                512,
                                Duration.ofSeconds(30),
                                Duration.ofSeconds(90),
                                Duration.ofMinutes(10),
                                60,
                                64,
                                Duration.ofSeconds(30),
                                Duration.ofHours(2),
                                Duration.ofSeconds(15),
                                Duration.ofSeconds(10),
                                new Http2Limits(
                                        100,
                                        256 * 1024,
                                        8 * 1024 * 1024,
                                        32 * 1024 * 1024,
                                        1000,
                                        512 * 1024,
                                        16 * 1024 * 1024,
                                        32 * 1024 * 1024,
                                        32 * 1024,
                                        1000,
                                        400)),
                        64 * 1024,
                        128 * 1024,
                        new ProxySettings.Upstreams(
                                new Overrides(List.of()),
                                Path.of("/etc/ssl/certs/ca-certificates.crt"),
                                Optional.empty(),
                                new RevocationSettings(
                                        RevocationSettings.Mode.KNOWN,
                                        Optional.empty(),
                                        true,
                                        Duration.ofSeconds(3),
                                        8 << 20),
                                Optional.empty(),
                                16,
                                Duration.ofSeconds(30),
                                true),
                        true,
                        false,
                        SINKS,
                        2000,
                        new ProxySettings.Dns("198.18.0.1", 200),
                        false));
    }

    @Test
    void listensWhereSandboxesFindTheirGateway() {
        assertThat(ProxySettings.from(ConfigFactory.load()).listen())
                .isEqualTo(new ProxySettings.Listen(
                        Gateway.ADDRESS,
                        Gateway.PROXY_PORT,
                        Gateway.TLS_PORT,
                        Gateway.HTTP_PORT,
                        Gateway.DNS_PORT,
                        Gateway.TCP_PORT));
    }

    @Test
    void takesAnEmptyAllowlistForNoHostWhereTheOperatorSaysSo() {
        var strict = ConfigFactory.parseString("sealbox.proxy.empty-allowlist = none")
                .withFallback(ConfigFactory.load());
        var wrong =
                ConfigFactory.parseString("sealbox.proxy.empty-allowlist = all").withFallback(ConfigFactory.load());

        assertThat(ProxySettings.from(strict).closedIfEmpty()).isTrue();
        assertThatThrownBy(() -> ProxySettings.from(wrong)).isInstanceOf(InvalidValue.class);
    }

    @Test
    void refusesAnUnknownTreatmentOfResponses() {
        var config = ConfigFactory.parseString("sealbox.proxy.response-secrets = maybe")
                .withFallback(ConfigFactory.load());

        assertThatThrownBy(() -> ProxySettings.from(config)).isInstanceOf(InvalidValue.class);
    }
}
