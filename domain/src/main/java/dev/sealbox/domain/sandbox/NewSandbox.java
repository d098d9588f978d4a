package dev.sealbox.domain.sandbox;

import dev.sealbox.domain.identity.StoreName;
import java.util.Map;
import java.util.Optional;

/** What a person asks for when creating a sandbox. */
public record NewSandbox(
        String template,
        Optional<StoreName> store,
        Limits limits,
        int timeoutSeconds,
        Map<String, String> envs,
        Map<String, String> metadata) {}
