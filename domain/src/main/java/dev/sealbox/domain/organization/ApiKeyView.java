package dev.sealbox.domain.organization;

import dev.sealbox.domain.organization.KeyRing.ApiKey;
import java.time.Instant;
import java.util.Optional;

/**
 * An API key for people: all but the key.
 *
 * @param lastUsedAt a minute or so behind; empty when it was never used
 */
public record ApiKeyView(String id, ApiKey key, Optional<Instant> lastUsedAt) {}
