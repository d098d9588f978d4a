package dev.sealbox.runtime.rootfs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.identity.SandboxId;
import org.junit.jupiter.api.Test;

class GuestFilesTest {
    private static final SandboxId SANDBOX = new SandboxId("sb-0123456789abcdef");

    @Test
    void namesTheSandboxAndKeepsWhatItsOwnerWrote() {
        assertThat(GuestFiles.hosts("127.0.0.1 localhost\n10.0.0.1 db\n127.0.1.1 sb-former # sealbox\n", SANDBOX))
                .isEqualTo("127.0.0.1 localhost\n10.0.0.1 db\n127.0.1.1 sb-0123456789abcdef # sealbox\n");
    }

    @Test
    void changesNothingTheSecondTime() {
        var once = GuestFiles.hosts("127.0.0.1 localhost\n", SANDBOX);

        assertThat(GuestFiles.hosts(once, SANDBOX)).isEqualTo(once);
    }
}
