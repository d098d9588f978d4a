package dev.sealbox.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.sandbox.SandboxId;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class RunIT {
    private static Node node;
    private static SandboxId sandbox;

    @BeforeAll
    static void start() {
        node = Node.open();
        sandbox = node.start();
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @Test
    void tellsBothOutputsAndTheExitCode() {
        var result = node.run(sandbox, "echo out; echo err >&2; exit 7");

        assertThat(result.stdout()).isEqualTo("out\n");
        assertThat(result.stderr()).isEqualTo("err\n");
        assertThat(result.exitCode()).isEqualTo(7);
    }

    @Test
    void runsAsTheSandboxUserWhoMaySudo() {
        var result = node.run(sandbox, "id -un; pwd; sudo id -u; hostname", Duration.ofSeconds(20));

        assertThat(result.stdout()).isEqualTo("sandbox\n/home/sandbox\n0\n" + sandbox + "\n");
        assertThat(result.stderr()).isEmpty();
    }

    @Test
    void tellsAProgramThatIsNotThere() {
        var result = node.run(sandbox, List.of("no-such-program"), Duration.ZERO);

        assertThat(result.exitCode()).isEqualTo(127);
        assertThat(result.stderr()).contains("no-such-program: No such file");
    }
}
