package dev.sealbox.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.server.NodeSettings.OnShutdown;
import dev.sealbox.server.NodeSettings.Role;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NodeSettingsTest {

    @Test
    void hasTheDefaultsThatTheReferenceSays() {
        assertThat(NodeSettings.from(with("")))
                .isEqualTo(new NodeSettings(
                        Path.of("var").toAbsolutePath(),
                        Set.of(Role.CONTROL, Role.HOST),
                        List.of(),
                        "",
                        Map.of(),
                        Duration.ofMinutes(2),
                        OnShutdown.KEEP,
                        Duration.ofMinutes(2),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(60),
                        Duration.ofHours(1),
                        Duration.ofSeconds(5),
                        Duration.ofHours(1)));
    }

    @Test
    void readsListsOfRolesSeedsAndOrganisations() {
        var settings = NodeSettings.from(with("""
                sealbox.node { roles = host, seeds = "a:1, b:2", bootstrap-organizations = "other=osb_key=,third=k" }
                """));

        assertThat(settings.roles()).containsExactly(Role.HOST);
        assertThat(settings.seeds()).containsExactly("a:1", "b:2");
        assertThat(settings.bootstrapOrganizations())
                .isEqualTo(Map.of(new OrganizationId("other"), "osb_key=", new OrganizationId("third"), "k"));
    }

    @Test
    void saysInOneLineWhatCannotBe() {
        assertThatThrownBy(() -> NodeSettings.from(with("sealbox.node.roles = king")))
                .hasMessage("sealbox.node.roles has no value \"king\"");
        assertThatThrownBy(() -> NodeSettings.from(with("sealbox.node.bootstrap-organizations = nokey")))
                .hasMessageContaining("organisation=key");
    }

    @Test
    void printsWithoutKeys() {
        assertThat(NodeSettings.from(with("sealbox.node.bootstrap-api-key = osb_hidden")))
                .asString()
                .doesNotContain("hidden");
    }

    /** The reference without this machine's environment. */
    private static Config with(String overrides) {
        return ConfigFactory.parseString(overrides)
                .withFallback(ConfigFactory.parseString("sealbox.data-dir = ./var"))
                .withFallback(ConfigFactory.parseResources("reference.conf"))
                .withFallback(ConfigFactory.load())
                .resolve();
    }
}
