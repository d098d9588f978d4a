package dev.sealbox.persistence.keys;

import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.webhook.SigningSecret;
import dev.sealbox.domain.webhook.WebhookId;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Wraps what webhooks sign with by the master keys, bound to organisation and webhook; a rotation of the master keys
 * takes it along. Thread-safe.
 */
public final class WebhookSecrets {
    private final MasterKeys masters;

    public WebhookSecrets(MasterKeys masters) {
        this.masters = masters;
    }

    /** What a webhook signs with, and what it signed with before. */
    public record Signing(SigningSecret current, Optional<SigningSecret> former) {
        public List<SigningSecret> all() {
            return former.map(old -> List.of(current, old)).orElseGet(() -> List.of(current));
        }
    }

    public byte[] wrap(OrganizationId organization, WebhookId webhook, Signing secrets) {
        var lines = String.join(
                "\n", secrets.all().stream().map(SigningSecret::text).toList());
        var bytes = lines.getBytes(StandardCharsets.US_ASCII);
        try {
            return masters.wrap(bytes, Wrapped.webhook(organization, webhook.value()));
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    /**
     * Opens what {@link #wrap} made.
     *
     * @throws KeyFailure when it was altered, moved, or wrapped by keys that are gone
     */
    public Signing open(OrganizationId organization, WebhookId webhook, byte[] wrapped) {
        var bytes = masters.unwrap(wrapped, Wrapped.webhook(organization, webhook.value()));
        try {
            var secrets = new String(bytes, StandardCharsets.US_ASCII)
                    .lines()
                    .map(SigningSecret::new)
                    .toList();
            return new Signing(secrets.getFirst(), secrets.stream().skip(1).findFirst());
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }
}
