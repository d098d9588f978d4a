package dev.sealbox.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import org.junit.jupiter.api.Test;

class RequestTimesTest {

    @Test
    void countsByMethodAndStatusAndNeverByPath() {
        try (var server = new TestServer()) {
            server.send("GET", "/health", BodyPublishers.noBody());
            server.send("GET", "/api/secret-stores/some-secret-looking-id", BodyPublishers.noBody());
            server.send("TRACE", "/health", BodyPublishers.noBody());

            var metrics = server.send("GET", "/metrics", BodyPublishers.noBody());

            assertThat(metrics.status()).isEqualTo(200);
            assertThat(metrics.headers().firstValue("Content-Type"))
                    .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain"));
            assertThat(metrics.body())
                    .contains("sealbox_http_requests_seconds_count{method=\"GET\",status=\"200\"} 1")
                    .contains("method=\"GET\",status=\"401\"")
                    .contains("method=\"other\"")
                    .doesNotContain("some-secret-looking-id", "TRACE");
        }
    }
}
