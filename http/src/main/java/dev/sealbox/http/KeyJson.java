package dev.sealbox.http;

import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.organization.ApiKeyView;
import dev.sealbox.domain.organization.IssuedKey;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** An API key as clients see it; {@code key} itself only in the answer to its creation. */
record KeyJson(
        String id,
        String name,
        String role,
        List<String> stores,
        Instant createdAt,
        String createdBy,
        Optional<Instant> expiresAt,
        Optional<Instant> lastUsedAt,
        boolean revoked,
        Optional<Instant> revokedAt,
        Optional<String> key) {

    static KeyJson of(ApiKeyView view) {
        return of(view, Optional.empty());
    }

    static KeyJson of(IssuedKey issued) {
        return of(issued.view(), Optional.of(issued.secret()));
    }

    private static KeyJson of(ApiKeyView view, Optional<String> secret) {
        var known = view.key();
        var terms = known.terms();
        return new KeyJson(
                view.id(),
                terms.name(),
                terms.role().word(),
                terms.stores().stream().map(StoreName::value).toList(),
                known.issuedAt(),
                known.issuedBy(),
                terms.expiresAt(),
                view.lastUsedAt(),
                known.revokedAt().isPresent(),
                known.revokedAt(),
                secret);
    }

    @Override
    public String toString() {
        return "KeyJson[" + id + "]";
    }
}
