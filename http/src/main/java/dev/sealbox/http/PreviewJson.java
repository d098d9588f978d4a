package dev.sealbox.http;

import com.fasterxml.jackson.annotation.JsonRawValue;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.preview.PreviewToken;
import dev.sealbox.domain.preview.PreviewUrl;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** Preview URLs as clients see them. */
final class PreviewJson {
    private PreviewJson() {}

    record Url(
            UUID id,
            String sandboxId,
            String orgId,
            String hostname,
            Optional<String> customHostname,
            int port,
            String sslStatus,
            @JsonRawValue String authConfig,
            Instant createdAt) {
        static Url of(OrganizationId organization, SandboxId sandbox, PreviewUrl url, PreviewDomains domains) {
            return new Url(
                    url.id(),
                    sandbox.value(),
                    organization.value(),
                    PreviewHost.name(sandbox, url.port(), domains.common()),
                    domains.of(organization).map(own -> PreviewHost.name(sandbox, url.port(), own)),
                    url.port().number(),
                    "active",
                    url.authConfig(),
                    url.createdAt());
        }
    }

    /** Shown once. */
    record Rotated(String previewAuthToken, String scheme) {
        static Rotated of(PreviewToken token) {
            return new Rotated(token.value(), "bearer");
        }

        @Override
        public String toString() {
            return "Rotated[hidden]";
        }
    }
}
