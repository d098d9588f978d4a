package dev.sealbox.domain.sandbox;

import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.placement.Siting;
import dev.sealbox.domain.preview.PreviewHash;
import java.util.Map;
import java.util.Optional;

/**
 * What a person asks for when creating a sandbox.
 *
 * @param guard of the token that visitors of its ports are to need
 * @param siting what is wanted of its hosts
 */
public record NewSandbox(
        String template,
        Optional<StoreName> store,
        Limits limits,
        int timeoutSeconds,
        Map<String, String> envs,
        Map<String, String> metadata,
        Optional<PreviewHash> guard,
        Siting siting) {

    /** Of one whose visitors need no token, on any host. */
    public NewSandbox(
            String template,
            Optional<StoreName> store,
            Limits limits,
            int timeoutSeconds,
            Map<String, String> envs,
            Map<String, String> metadata) {
        this(template, store, limits, timeoutSeconds, envs, metadata, Optional.empty(), Siting.ANYWHERE);
    }
}
