package dev.sealbox.runtime.container;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.Limits;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OciConfigTest {
    private final JsonNode config = config();

    @Test
    void givesEveryNamespaceOfItsOwnButTheOnesThatItIsStartedIn() {
        assertThat(texts(config.at("/linux/namespaces"), "type"))
                .containsExactlyInAnyOrder("pid", "mount", "ipc", "uts", "cgroup", "user");
        assertThat(config.at("/linux/namespaces/5/path").asText()).isEqualTo("/run/sealbox/user");
        assertThat(config.at("/linux/uidMappings/0/hostID").asInt()).isEqualTo(2_000_000);
        assertThat(config.at("/linux/gidMappings/0/size").asInt()).isEqualTo(65536);
    }

    @Test
    void limitsMemorySwapCpuAndProcesses() {
        assertThat(config.at("/linux/resources/memory/limit").asLong()).isEqualTo(4096L << 20);
        assertThat(config.at("/linux/resources/memory/swap").asLong()).isEqualTo(4096L << 20);
        assertThat(config.at("/linux/resources/cpu/quota").asLong()).isEqualTo(200_000);
        assertThat(config.at("/linux/resources/pids/limit").asInt()).isEqualTo(99);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SYS_ADMIN",
                "SYS_PTRACE",
                "NET_ADMIN",
                "NET_RAW",
                "SYS_MODULE",
                "MKNOD",
                "BPF",
                "DAC_READ_SEARCH",
                "SYS_RESOURCE"
            })
    void withholdsTheCapability(String name) {
        assertThat(config.at("/process/capabilities").toString()).doesNotContain("CAP_" + name + "\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mount",
                "umount2",
                "unshare",
                "setns",
                "ptrace",
                "bpf",
                "keyctl",
                "add_key",
                "request_key",
                "userfaultfd",
                "perf_event_open",
                "io_uring_setup",
                "open_by_handle_at",
                "kexec_load",
                "init_module",
                "reboot",
                "swapon",
                "clock_settime",
                "clone",
                "clone3",
                "socket",
                "personality",
                "pivot_root",
                "process_vm_writev",
                "pidfd_getfd"
            })
    void allowsTheSystemCallNotAtAllOrNotInEveryForm(String name) {
        assertThat(Seccomp.allowed()).doesNotContain(name);
    }

    @Test
    void listsASystemCallOnce() {
        assertThat(Seccomp.allowed()).doesNotHaveDuplicates().hasSizeGreaterThan(250);
    }

    @Test
    void boundsTerminals() {
        assertThat(config.at("/mounts/2/options").toString()).contains("\"max=256\"");
    }

    @Test
    void givesEachBootAnIdOfItsOwn() {
        assertThat(config.at("/hooks/createContainer/0/path").asText()).isEqualTo("/run/sealbox/host");
        assertThat(config.at("/hooks/createContainer/0/args").toString()).isEqualTo("[\"host\",\"boot\"]");
    }

    @Test
    void refusesWhatIsNotListed() {
        assertThat(config.at("/linux/seccomp/defaultAction").asText()).isEqualTo("SCMP_ACT_ERRNO");
        assertThat(config.at("/process/noNewPrivileges").asBoolean()).isFalse();
    }

    private static List<String> texts(JsonNode array, String field) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(each -> each.path(field).asText())
                .toList();
    }

    private static JsonNode config() {
        var spec = new ContainerSpec(
                new SandboxId("sb-0123456789abcdef"),
                7,
                Path.of("/run/netns/x"),
                "/sealbox-n/sb-0123456789abcdef",
                new Limits(2, 4096, 20480),
                new ContainerSpec.Fence(2_000_000, 99, 64 << 20, 1024));
        try {
            return new ObjectMapper().readTree(OciConfig.of(spec));
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }
}
