package dev.sealbox.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterSettingsTest {
    private static final String POINTS = "akka.management.cluster.bootstrap.contact-point-discovery";

    @Test
    void leavesTrafficOnTheLoopbackAddressInTheClear() {
        var config = with("");

        assertThat(ClusterSettings.from(config).over(config).getString("akka.remote.artery.transport"))
                .isEqualTo("tcp");
    }

    @Test
    void refusesAnAddressThatOthersCanReachWithoutTls() {
        for (var address : new String[] {
            "akka.remote.artery.canonical.hostname = 198.18.0.1", "akka.remote.artery.bind.hostname = 0.0.0.0"
        }) {
            var config = with(address);
            assertThatThrownBy(() -> ClusterSettings.from(config).over(config))
                    .isInstanceOf(StartFailure.class)
                    .hasMessageContaining("SEALBOX_CLUSTER_TLS_CERT_FILE");
        }
        var allowed = with("akka.remote.artery.bind.hostname = 0.0.0.0, sealbox.cluster.allow-plaintext = true");
        assertThat(ClusterSettings.from(allowed).over(allowed)).isEqualTo(allowed);
    }

    @Test
    void takesThreeReadableFilesOrNone(@TempDir Path folder) throws IOException {
        var file = Files.writeString(folder.resolve("one.pem"), "PEM");
        assertThatThrownBy(() -> ClusterSettings.from(with("sealbox.cluster.tls.cert-file = \"" + file + "\"")))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("key-file");

        var config = with("akka.remote.artery.canonical.hostname = 198.18.0.1, sealbox.cluster.tls { cert-file = \""
                + file + "\", key-file = \"" + file + "\", ca-file = \"" + file + "\" }");
        var complete = ClusterSettings.from(config).over(config);
        assertThat(complete.getString("akka.remote.artery.transport")).isEqualTo("tls-tcp");
        assertThat(complete.getString("akka.remote.artery.ssl.rotating-keys-engine.ca-cert-file"))
                .isEqualTo(file.toString());
    }

    @Test
    void findsNodesByANameOrAmongPods() {
        var named = with("sealbox.cluster { discovery = \"dns:control.example\", control-nodes = 3 }");
        assertThat(ClusterSettings.from(named).over(named).getConfig(POINTS).getString("discovery-method"))
                .isEqualTo("akka-dns");
        assertThat(ClusterSettings.from(named).over(named).getConfig(POINTS).getInt("required-contact-point-nr"))
                .isEqualTo(2);
        var pods = with("sealbox.cluster { discovery = \"kubernetes:role=control\", control-nodes = 1 }");
        assertThat(ClusterSettings.from(pods).over(pods).getString("akka.discovery.kubernetes-api.pod-label-selector"))
                .isEqualTo("role=control");
        assertThat(ClusterSettings.from(with("")).discovery()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "discovery = \"control.example\", control-nodes = 3",
                "discovery = \"dns:\", control-nodes = 3",
                "discovery = \"consul:x\", control-nodes = 3",
                "discovery = \"dns:x\", control-nodes = 0",
                "discovery = \"dns:x\""
            })
    void refusesADiscoveryThatIsNone(String settings) {
        var config = with("sealbox.cluster { " + settings + " }");

        assertThatThrownBy(() -> ClusterSettings.from(config)).isInstanceOf(StartFailure.class);
    }

    @Test
    void refusesNodesThatAreListedAndToBeFound() {
        var config = with(
                "sealbox { cluster { discovery = \"dns:x\", control-nodes = 1 }, node.seeds = \"127.0.0.1:25520\" }");

        assertThatThrownBy(() -> ClusterSettings.from(config))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("SEALBOX_CLUSTER_SEEDS");
    }

    private static Config with(String settings) {
        return ConfigFactory.parseString(settings).withFallback(ConfigFactory.load());
    }
}
