package dev.sealbox.domain.sandbox;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** Port: signs file links under a key that only the deployment's nodes have. Thread-safe. */
@FunctionalInterface
public interface FileLinks {

    /** ASCII letters and digits, the same for the same link on every node and after a restart. */
    String signature(FileLink link);

    /** Whether {@code claimed} is the link's signature; takes as long for a wrong one as for a right one. */
    default boolean verifies(FileLink link, String claimed) {
        return MessageDigest.isEqual(
                signature(link).getBytes(StandardCharsets.UTF_8), claimed.getBytes(StandardCharsets.UTF_8));
    }
}
