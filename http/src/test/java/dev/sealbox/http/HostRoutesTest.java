package dev.sealbox.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.organization.Role;
import java.net.http.HttpRequest.BodyPublishers;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class HostRoutesTest {
    private static TestServer server;

    @BeforeAll
    static void start() {
        server = new TestServer("sealbox.operator-organization = acme");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void tellWhatHostsHaveAndWhetherTheyAreDrained() {
        var host = server.send("GET", "/api/hosts").json().get(0);

        assertThat(host.path("id").asText()).isEqualTo("host-1");
        assertThat(host.path("awake").asInt()).isEqualTo(1);
        assertThat(host.path("asleep").asInt()).isEqualTo(2);
        assertThat(host.path("unshared").asInt()).isEqualTo(3);
        assertThat(host.path("onlyHere").asInt()).isEqualTo(4);
        assertThat(host.path("emptied").isBoolean()).isTrue();
        assertThat(host.path("freeMB").asInt()).isEqualTo(4000);
        assertThat(host.path("labels").path("zone").asText()).isEqualTo("a");
    }

    @Test
    void drainAHostAndLetItFillAgain() {
        assertThat(server.send("POST", "/api/hosts/host-1/drain").status()).isEqualTo(202);
        assertThat(server.send("GET", "/api/hosts").json().at("/0/draining").asBoolean())
                .isTrue();
        assertThat(server.send("POST", "/api/hosts/host-1/undrain").status()).isEqualTo(202);
        assertThat(server.send("GET", "/api/hosts").json().at("/0/draining").asBoolean())
                .isFalse();
    }

    @Test
    void knowNoOtherHostAndNoOtherVerb() {
        assertThat(server.send("POST", "/api/hosts/nobody/drain"))
                .matches(answer -> answer.status() == 404 && answer.code().equals("host.not-found"));
        assertThat(server.send("POST", "/api/hosts/" + "x".repeat(100) + "/drain")
                        .status())
                .isEqualTo(404);
        assertThat(server.send("GET", "/api/hosts/host-1/drain").status()).isEqualTo(405);
    }

    @Test
    void areNoBusinessOfOtherOrganisationsAndRoles() {
        server.keys.grant("osb_operator", "acme", "key-3", Role.OPERATOR);

        assertThat(status("GET", "/api/hosts", TestServer.OTHER_KEY)).isEqualTo(403);
        assertThat(status("POST", "/api/hosts/host-1/drain", TestServer.OTHER_KEY))
                .isEqualTo(403);
        assertThat(status("GET", "/api/hosts", "osb_operator")).isEqualTo(403);
    }

    private static int status(String method, String path, String key) {
        return server.send(method, path, BodyPublishers.noBody(), "X-API-Key", key)
                .status();
    }
}
