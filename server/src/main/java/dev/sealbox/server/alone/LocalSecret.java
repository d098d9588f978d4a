package dev.sealbox.server.alone;

import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.sealing.KeyId;
import dev.sealbox.domain.sealing.SealedToken;
import java.util.List;

/**
 * A secret of the local session; its value is kept elsewhere, under {@code key}.
 *
 * @param hosts where it may be used; empty for wherever the session may go
 * @param made whether the token was made here, so that its user has yet to be told
 */
record LocalSecret(SecretName name, SealedToken token, List<HostPattern> hosts, KeyId key, boolean made) {
    LocalSecret {
        hosts = List.copyOf(hosts);
    }
}
