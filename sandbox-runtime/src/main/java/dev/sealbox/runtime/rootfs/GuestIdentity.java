package dev.sealbox.runtime.rootfs;

import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.SandboxId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * What a sandbox is told of itself, so that a fork is not taken for its parent, by others or by itself.
 *
 * @param origin the checkpoint that it was forked from; empty for one that is no fork
 * @param generation how often it was put back to a checkpoint
 */
public record GuestIdentity(SandboxId sandbox, Optional<CheckpointId> origin, int generation) {
    /** Where it stands, in the form of {@code os-release}: a line per variable. */
    static final String FILE = "/etc/sealbox/sandbox";

    /** Of D-Bus and systemd. */
    static final String MACHINE = "/etc/machine-id";

    /** The same of programs that are older than that, unless it leads there. */
    static final String OLD_MACHINE = "/var/lib/dbus/machine-id";

    /** What a system keeps of its randomness from one boot to the next; two with the same would draw the same. */
    static final List<String> SEEDS = List.of("/var/lib/systemd/random-seed", "/var/lib/urandom/random-seed");

    private static final int MACHINE_BYTES = 16;

    /** The content of {@link #FILE}. */
    String text() {
        return "SANDBOX_ID=%s\nFORKED_FROM=%s\nTIMES_RESTORED=%d\n"
                .formatted(sandbox, origin.map(CheckpointId::toString).orElse(""), generation);
    }

    /** 32 hex digits: another for each sandbox, and the same as long as it lives. Tells nothing that its name does not. */
    String machine() {
        try {
            var name = ("sealbox.machine-id\n" + sandbox).getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(name), 0, MACHINE_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
