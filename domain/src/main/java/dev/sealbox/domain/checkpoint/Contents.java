package dev.sealbox.domain.checkpoint;

import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.sandbox.Blueprint;
import dev.sealbox.domain.sealing.SealedToken;
import java.util.List;
import java.util.Map;

/**
 * What a fork inherits.
 *
 * @param host where the layer of files lies
 * @param stores the names of the stores layered then; values and allowlists are read afresh at the fork
 * @param remembered the allowlist that was enforced then, in case every store that restricts is gone at the fork
 * @param tokens every sealed token that files of the sandbox may hold
 */
public record Contents(
        Blueprint blueprint,
        HostId host,
        List<StoreName> stores,
        List<HostPattern> remembered,
        Map<SealedToken, SecretName> tokens) {
    public Contents {
        stores = List.copyOf(stores);
        remembered = List.copyOf(remembered);
        tokens = Map.copyOf(tokens);
    }
}
