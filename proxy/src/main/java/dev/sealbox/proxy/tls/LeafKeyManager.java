package dev.sealbox.proxy.tls;

import dev.sealbox.domain.egress.HostName;
import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.function.Function;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the certificate of an organisation's server side by the host that the engine was made for: one TLS context
 * serves all hosts. A context for each costs ten milliseconds and tens of kilobytes. Thread-safe.
 */
final class LeafKeyManager extends X509ExtendedKeyManager {
    private static final String KEY_TYPE = "EC";

    private final PrivateKey key;
    private final Function<HostName, X509Certificate[]> chains;

    /**
     * For certificates that share a key.
     *
     * @param chains the certificate of a host and its issuer's; the same array for the same certificate
     */
    LeafKeyManager(PrivateKey key, Function<HostName, X509Certificate[]> chains) {
        this.key = key;
        this.chains = chains;
    }

    @Override
    public @Nullable String chooseEngineServerAlias(String type, Principal @Nullable [] issuers, SSLEngine engine) {
        return type.equals(KEY_TYPE) ? engine.getPeerHost() : null;
    }

    @Override
    public X509Certificate[] getCertificateChain(String host) {
        return chains.apply(HostName.parse(host));
    }

    @Override
    public PrivateKey getPrivateKey(String host) {
        return key;
    }

    @Override
    public @Nullable String chooseServerAlias(String type, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }

    @Override
    public String @Nullable [] getServerAliases(String type, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseClientAlias(String[] types, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }

    @Override
    public String @Nullable [] getClientAliases(String type, Principal @Nullable [] issuers) {
        return null;
    }
}
