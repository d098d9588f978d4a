package dev.sealbox.proxy.revocation;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * What an operator may choose about revocation; see the settings of the same names.
 *
 * @param lists a file with lists of revoked certificates, or a folder of such
 * @param fetch whether the lists that certificates name are fetched
 * @param patience how long a new connection waits for a list that is being fetched
 * @param maxList bytes of a list that is fetched
 */
public record RevocationSettings(Mode mode, Optional<Path> lists, boolean fetch, Duration patience, int maxList) {

    /** What is asked of an upstream's certificate. */
    public enum Mode {
        /** Nothing. */
        OFF,
        /** That it is not known to be revoked. */
        KNOWN,
        /** That it is known not to be revoked. */
        REQUIRED
    }
}
