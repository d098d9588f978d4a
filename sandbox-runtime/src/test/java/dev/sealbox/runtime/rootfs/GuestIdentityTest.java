package dev.sealbox.runtime.rootfs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.SandboxId;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GuestIdentityTest {
    private static final SandboxId SANDBOX = new SandboxId("sb-0123456789abcdef");
    private static final CheckpointId ORIGIN = CheckpointId.parse("00000000-0000-0000-0000-000000000001");

    @Test
    void saysWhereAForkComesFrom() {
        assertThat(new GuestIdentity(SANDBOX, Optional.of(ORIGIN), 2).text())
                .isEqualTo("SANDBOX_ID=sb-0123456789abcdef\nFORKED_FROM=" + ORIGIN + "\nTIMES_RESTORED=2\n");
        assertThat(new GuestIdentity(SANDBOX, Optional.empty(), 0).text()).contains("\nFORKED_FROM=\n");
    }

    @Test
    void isAnotherMachineForEachSandboxAndStaysTheSame() {
        var machine = new GuestIdentity(SANDBOX, Optional.empty(), 0).machine();

        assertThat(machine).matches("[0-9a-f]{32}");
        assertThat(new GuestIdentity(SANDBOX, Optional.of(ORIGIN), 7).machine()).isEqualTo(machine);
        assertThat(new GuestIdentity(new SandboxId("sb-0123456789abcdee"), Optional.empty(), 0).machine())
                .isNotEqualTo(machine);
    }
}
