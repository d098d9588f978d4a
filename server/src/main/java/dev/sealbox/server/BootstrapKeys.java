package dev.sealbox.server;

import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.organization.ApiKeys;
import java.io.PrintStream;
import java.security.SecureRandom;
import java.util.Base64;

/** The API keys that must be valid before anybody can ask for more. */
final class BootstrapKeys {
    private static final OrganizationId DEFAULT = new OrganizationId("default");
    private static final String MARKER = "bootstrap-key-printed";

    private BootstrapKeys() {}

    /** Makes the configured keys valid; without one, generates a key at the first start and prints it, once. */
    static void issue(NodeSettings settings, DataDirectory data, ApiKeys keys, PrintStream out) {
        settings.bootstrapOrganizations().forEach((organization, key) -> issue(keys, organization, key));
        if (!settings.bootstrapApiKey().isEmpty()) {
            issue(keys, DEFAULT, settings.bootstrapApiKey());
        } else if (!data.has(MARKER)) {
            var key = random();
            issue(keys, DEFAULT, key);
            out.println("API key of the organisation \"default\", shown only now: " + key);
            data.remembered(MARKER, () -> "yes");
        }
    }

    private static void issue(ApiKeys keys, OrganizationId organization, String key) {
        Waiting.on("issue an API key", keys.issue(organization, "bootstrap", key));
    }

    /** 256 random bits in characters that survive a URL query unescaped. */
    private static String random() {
        var bits = new byte[32];
        new SecureRandom().nextBytes(bits);
        return "osb_" + Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
    }
}
