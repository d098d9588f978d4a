package dev.sealbox.server.alone;

import dev.sealbox.domain.egress.EgressPolicy;
import dev.sealbox.domain.egress.Grant;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.egress.Locations;
import dev.sealbox.domain.egress.SandboxAddress;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.sealing.Encrypted;
import dev.sealbox.domain.sealing.SealedToken;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.UUID;

/**
 * Everybody on this machine as one client: a connection from any of the machine's own addresses belongs to the session,
 * every other one to nobody.
 */
record LocalSession(SandboxId id, OrganizationId organization, StoreId store, List<HostPattern> allowlist) {
    private static final OrganizationId LOCAL = new OrganizationId("local");

    LocalSession {
        allowlist = List.copyOf(allowlist);
    }

    static LocalSession of(List<HostPattern> allowlist) {
        return new LocalSession(SandboxId.random(new SecureRandom()), LOCAL, new StoreId(UUID.randomUUID()), allowlist);
    }

    /** What the session may do with those secrets; the highest {@code revision} counts. */
    EgressPolicy policy(List<LocalSecret> secrets, long revision) {
        var grants = new LinkedHashMap<SecretName, Grant>();
        var tokens = new LinkedHashMap<SealedToken, SecretName>();
        for (var secret : secrets) {
            // Nothing is encrypted here: the key alone leads to the value.
            grants.put(
                    secret.name(),
                    new Grant(
                            store,
                            secret.version(),
                            new Encrypted(secret.key(), ""),
                            secret.hosts(),
                            Locations.ALL,
                            false));
            tokens.put(secret.token(), secret.name());
        }
        return new EgressPolicy(id, organization, revision, allowlist, grants, tokens);
    }

    List<SandboxAddress> addresses() throws SocketException {
        return NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .map(address -> new SandboxAddress(id, address.getHostAddress()))
                .toList();
    }
}
