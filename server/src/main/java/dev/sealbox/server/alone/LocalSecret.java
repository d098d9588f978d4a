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
 * @param version grows with each new value
 * @param made whether the token was made here, so that its user has yet to be told
 */
record LocalSecret(SecretName name, SealedToken token, List<HostPattern> hosts, KeyId key, int version, boolean made) {
    LocalSecret {
        hosts = List.copyOf(hosts);
    }

    /** This one under the token that {@code former} had; with its value, too, where that has stayed the same. */
    LocalSecret after(LocalSecret former, boolean sameValue) {
        return new LocalSecret(
                name,
                made ? former.token : token,
                hosts,
                sameValue ? former.key : key,
                sameValue ? former.version : former.version + 1,
                false);
    }
}
