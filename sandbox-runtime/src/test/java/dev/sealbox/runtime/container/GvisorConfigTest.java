package dev.sealbox.runtime.container;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.Limits;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class GvisorConfigTest {
    private static final ContainerSpec SPEC = new ContainerSpec(
            new SandboxId("sb-0123456789abcdef"),
            7,
            Path.of("/run/netns/one"),
            "/sealbox-main/one",
            new Limits(2, 4096, 20480),
            new ContainerSpec.Fence(2_000_000, 99, 64 << 20, 65536));

    private final JsonNode config = read(GvisorConfig.of(SPEC));

    @Test
    void tellsTheAgentThatItsConnectionsAreRelayed() {
        assertThat(config.at("/process/args").toString()).isEqualTo("[\"/dev/sealbox-agent\",\"relayed\"]");
    }

    @Test
    void isInTheSandboxsNetworkAndHasUsersOfItsOwn() {
        assertThat(config.at("/linux/namespaces").toString())
                .contains("{\"type\":\"network\",\"path\":\"/run/netns/one\"}", "{\"type\":\"user\"}");
        assertThat(config.at("/linux/uidMappings/0/hostID").asInt()).isEqualTo(2_000_000);
    }

    /** What holds it are the control groups that it is started in. */
    @Test
    void leavesControlGroupsToTheHost() {
        assertThat(config.at("/linux").has("cgroupsPath")).isFalse();
        assertThat(config.at("/process/rlimits/0/hard").asInt()).isEqualTo(65536);
    }

    @Test
    void hasTheSameRightsAndTheSameFilterButForTwoNames() {
        var runc = read(OciConfig.of(SPEC));

        assertThat(config.at("/process/capabilities")).isEqualTo(runc.at("/process/capabilities"));
        assertThat(config.at("/linux/seccomp/defaultAction")).isEqualTo(runc.at("/linux/seccomp/defaultAction"));
        assertThat(config.at("/linux/seccomp/syscalls/0/names").size())
                .isEqualTo(runc.at("/linux/seccomp/syscalls/0/names").size() + 2);
        assertThat(config.at("/linux/seccomp/syscalls/0/names").toString()).contains("\"pselect\"", "\"clone3\"");
        assertThat(config.at("/linux/seccomp/syscalls").toString()).containsOnlyOnce("\"clone3\"");
    }

    private static JsonNode read(String json) {
        try {
            return new ObjectMapper().readTree(json);
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }
}
