package dev.sealbox.domain.egress;

import dev.sealbox.domain.identity.OrganizationId;
import java.util.concurrent.CompletionStage;

/** Port: the certificate that an organisation's sandboxes must trust, since the proxy signs with its key. */
public interface TrustAnchors {

    /** The authority's certificate as PEM text; made when the organisation has none yet. */
    CompletionStage<String> certificate(OrganizationId organization);
}
