package dev.sealbox.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What may be known of one version of a secret: never its value.
 *
 * @param state {@code enabled}, {@code disabled} or {@code destroyed}
 * @param current whether it is the one that sandboxes use
 * @param createdAt RFC 3339
 * @param createdBy the API key's id; null when it is not known any more
 * @param requestId of the request that made it; null as {@code createdBy}
 * @param allowedHosts where it may be revealed; empty means wherever the sandbox may go
 * @param restoredFrom the version whose value a rollback took up again; null when it was set
 */
public record SecretVersion(
        int version,
        String state,
        boolean current,
        String createdAt,
        @Nullable String createdBy,
        @Nullable String requestId,
        List<String> allowedHosts,
        @Nullable Integer restoredFrom) {}
