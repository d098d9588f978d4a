package dev.sealbox.persistence.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.webhook.EventType;
import dev.sealbox.domain.webhook.Happening;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PayloadsTest {
    private static String of(Optional<String> url) {
        return Payloads.of(
                new OrganizationId("acme"),
                "evt_1",
                Instant.EPOCH,
                new Happening(
                        EventType.PREVIEW_URL_CHANGED,
                        new SandboxId("sb-0000000000000001"),
                        Map.of("port", 3000, "url", url)));
    }

    @Test
    void tellsNullWhereThereIsNothing() {
        assertThat(of(Optional.of("https://x.test"))).contains("\"data\":{\"port\":3000,\"url\":\"https://x.test\"}");
        assertThat(of(Optional.empty()))
                .contains("\"type\":\"sandbox.preview_url.changed\"", "\"data\":{\"port\":3000,\"url\":null}");
    }
}
