package dev.sealbox.domain.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.sealing.SealedToken;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EnvironmentTest {
    private static final SealedToken TOKEN = new SealedToken("osb_sealed_00112233445566778899aabbccddeeff");

    @Test
    void letsTheCommandWinOverTheSystemOverTheSandboxOverTheSecretsOverTheImage() {
        var environment = Environment.of(
                Map.of(new SecretName("A"), TOKEN, new SecretName("B"), TOKEN),
                made(
                        Map.of("A", "image", "D", "image", "http_proxy", "http://elsewhere", "LANG", "image"),
                        Map.of("B", "own", "C", "own", "HTTPS_PROXY", "http://elsewhere", "HOME", "/root")),
                Map.of("C", "command", "NO_PROXY", "example.com"));

        assertThat(environment)
                .containsEntry("A", TOKEN.value())
                .containsEntry("B", "own")
                .containsEntry("C", "command")
                .containsEntry("D", "image")
                .containsEntry("LANG", "image")
                .containsEntry("http_proxy", "http://169.254.169.253:3128")
                .containsEntry("HOME", "/root")
                .containsEntry("HTTPS_PROXY", "http://169.254.169.253:3128")
                .containsEntry("https_proxy", "http://169.254.169.253:3128")
                .containsEntry("NO_PROXY", "example.com")
                .containsKeys("PATH", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS");
        assertThat(environment.get("PATH")).startsWith("/usr/local/bin:");
    }

    private static Blueprint made(Map<String, String> ofImage, Map<String, String> own) {
        return new Blueprint(
                "base",
                Optional.empty(),
                List.of(),
                new Limits(1, 1024, 20480),
                0,
                own,
                Map.of(),
                new Defaults(ofImage, "/work"));
    }

    @Test
    void takesOnlyVariablesThatAProcessCanHave() {
        assertThat(Environment.checked(Map.of("A", "x\ny", "b.c", ""))).hasSize(2);
        for (var bad : new String[] {"", "A=B", "A\0", "A\n"}) {
            assertThatThrownBy(() -> Environment.checked(Map.of(bad, "x"))).isInstanceOf(InvalidValue.class);
        }
        assertThatThrownBy(() -> Environment.checked(Map.of("A", "x\0y")))
                .isInstanceOf(InvalidValue.class)
                .hasMessageNotContaining("x\0y");
    }
}
