package dev.sealbox.server.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostCapacityTest {
    private static final SandboxId ONE = new SandboxId("sb-0000000000000001");
    private static final SandboxId TWO = new SandboxId("sb-0000000000000002");
    private static final SandboxId THREE = new SandboxId("sb-0000000000000003");
    private static final Limits SMALL = new Limits(1, 1024, 20480);
    private static final Limits LARGE = new Limits(2, 2048, 20480);

    @TempDir
    private Path folder;

    private HostCapacity capacity;
    private boolean diskFull;

    @BeforeEach
    void open() throws IOException {
        free(1000);
        capacity = opened();
    }

    /** A machine of 1,024 MiB that promises them twice, with two processors. */
    private HostCapacity opened() {
        return new HostCapacity(
                new HostId("host-1"),
                new CapacitySettings(Optional.empty(), 2, 1.5, Map.of("zone", "a")),
                new Machine(folder.resolve("meminfo")),
                2,
                folder.resolve("draining"),
                () -> diskFull,
                () -> Set.of("base", "base-runsc"));
    }

    private void free(int megabytes) throws IOException {
        Files.writeString(
                folder.resolve("meminfo"),
                "MemTotal:        1048576 kB\nMemFree: 1 kB\nMemAvailable:     " + megabytes * 1024 + " kB\n");
    }

    @Test
    void promisesNoMoreThanThereIs() {
        assertThat(capacity.promise(ONE, SMALL)).isTrue();
        assertThat(capacity.promise(TWO, SMALL)).isTrue();
        assertThat(capacity.promise(THREE, SMALL)).isFalse();

        capacity.release(ONE);

        assertThat(capacity.promise(THREE, SMALL)).isTrue();
        assertThat(capacity.state().promisedMB()).isEqualTo(2048);
        assertThat(capacity.state().awake()).isEqualTo(2);
    }

    @Test
    void promisesTheSameSandboxTheSameOnceMore() {
        assertThat(capacity.promise(ONE, LARGE)).isTrue();
        assertThat(capacity.promise(ONE, LARGE)).isTrue();
        assertThat(capacity.state().promisedMB()).isEqualTo(2048);
        assertThat(capacity.promise(ONE, new Limits(1, 4096, 1))).isFalse();
        assertThat(capacity.state().promisedMB()).isEqualTo(2048);
    }

    @Test
    void letsWakeWhoHasADiskThoughItIsNearlyFull() {
        diskFull = true;

        assertThat(capacity.promise(ONE, SMALL)).isTrue();
        assertThat(capacity.state().fits(SMALL.size())).isFalse();
    }

    @Test
    void startsNothingWhileTheKernelHasLittleToGive() throws IOException {
        free(100);

        assertThat(capacity.promise(ONE, SMALL)).isFalse();
    }

    @Test
    void takesNothingNewWhileItIsDrainedAlsoAfterARestart() {
        capacity.promise(ONE, SMALL);
        capacity.drain(true);

        assertThat(capacity.promise(TWO, SMALL)).isFalse();
        assertThat(capacity.promise(ONE, SMALL)).isTrue();
        assertThat(opened().state().draining()).isTrue();

        capacity.drain(false);

        assertThat(capacity.promise(TWO, SMALL)).isTrue();
        assertThat(opened().state().draining()).isFalse();
    }

    @Test
    void readsItsSettings() {
        var settings = CapacitySettings.from(
                ConfigFactory.parseString(
                        "sealbox.host { memory = 2 GiB, memory-overcommit = 1, cpu-overcommit = 3, labels = \"zone=a, gpu=yes\" }"));

        assertThat(settings)
                .isEqualTo(new CapacitySettings(Optional.of(2048L), 1, 3, Map.of("zone", "a", "gpu", "yes")));
        assertThatThrownBy(() -> CapacitySettings.from(ConfigFactory.parseString(
                        "sealbox.host { memory = \"\", memory-overcommit = 0.5, cpu-overcommit = 3, labels = \"\" }")))
                .isInstanceOf(InvalidValue.class);
        assertThatThrownBy(() -> CapacitySettings.from(ConfigFactory.parseString(
                        "sealbox.host { memory = \"\", memory-overcommit = 1, cpu-overcommit = 3, labels = \"gpu\" }")))
                .hasMessage("sealbox.host.labels is key=value,…");
    }
}
