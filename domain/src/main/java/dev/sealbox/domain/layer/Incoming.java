package dev.sealbox.domain.layer;

import dev.sealbox.domain.InvalidValue;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How files come in from outside.
 *
 * @param digest the SHA-256 of all that comes, 64 hex digits, as its sender says; empty when he does not say
 */
public record Incoming(Form form, SetuidFiles setuid, Optional<String> digest) {
    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");

    /** What they come as. */
    public enum Form {
        /** An archive that a server of ours has signed. */
        ARCHIVE,
        /** A tar of an OCI image layout. */
        OCI,
        /** A tar of a root file system. */
        ROOTFS
    }

    /** @throws InvalidValue when an archive, which comes from outside, is to keep what gives rights */
    public Incoming {
        if (digest.filter(hex -> !DIGEST.matcher(hex).matches()).isPresent()) {
            throw new InvalidValue("sha256 is 64 lower-case hex digits");
        }
        if (form == Form.ARCHIVE && setuid == SetuidFiles.KEEP) {
            throw new InvalidValue("an archive's setuid files are refused or dropped");
        }
    }

    public static Incoming archive(SetuidFiles setuid) {
        return new Incoming(Form.ARCHIVE, setuid, Optional.empty());
    }
}
