package dev.sealbox.proxy.tls;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.sealbox.domain.egress.AuthorityStore;
import dev.sealbox.domain.egress.HostName;
import dev.sealbox.domain.egress.TrustAnchors;
import dev.sealbox.domain.identity.OrganizationId;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLException;

/** The authorities of all organisations and the leaf certificates they signed, kept for a day. Thread-safe. */
public final class Authorities implements TrustAnchors {
    private static final Duration LEAF_KEPT = Duration.ofDays(1);

    private final AuthorityStore store;
    private final Executor executor;
    private final Clock clock;
    private final KeyPair leafKeys;
    private final AsyncCache<OrganizationId, Issuer> issuers;
    private final AsyncCache<Leaf, X509Certificate[]> leaves;

    private record Leaf(OrganizationId organization, HostName host) {}

    /** An organisation's authority, and the TLS context that shows what it signed. */
    private record Issuer(CertificateAuthority authority, SslContext context) {}

    /**
     * Empty at first.
     *
     * @param maxLeaves certificates kept; the least used is signed again when it is wanted again
     * @param executor where keys are made and certificates signed
     */
    public Authorities(AuthorityStore store, int maxLeaves, Executor executor, Clock clock) {
        this.store = store;
        this.executor = executor;
        this.clock = clock;
        this.issuers =
                Caffeine.newBuilder().executor(executor).maximumSize(10_000).buildAsync();
        this.leaves = Caffeine.newBuilder()
                .executor(executor)
                .maximumSize(maxLeaves)
                .expireAfterWrite(LEAF_KEPT)
                .buildAsync();
        try {
            this.leafKeys = CertificateAuthority.keys();
        } catch (GeneralSecurityException e) {
            throw new CertificateAuthority.Broken("making the leaf key", e);
        }
    }

    @Override
    public CompletionStage<String> certificate(OrganizationId organization) {
        return issuer(organization).thenApply(issuer -> issuer.authority().pem());
    }

    /** The server side of TLS for that host, as the organisation's sandboxes trust it. */
    public CompletionStage<ServerTls> leaf(OrganizationId organization, HostName host) {
        return issuer(organization)
                .thenCompose(issuer -> leaves.get(new Leaf(organization, host), leaf -> chain(issuer.authority(), host))
                        .thenApply(chain -> new ServerTls(issuer.context(), host)));
    }

    private CompletableFuture<Issuer> issuer(OrganizationId organization) {
        return issuers.get(
                organization,
                (id, unused) -> store.loadOrCreate(id, () -> CertificateAuthority.create(id, clock.instant()))
                        .thenApplyAsync(material -> issuer(id, CertificateAuthority.read(material)), executor)
                        .toCompletableFuture());
    }

    private Issuer issuer(OrganizationId organization, CertificateAuthority authority) {
        // A leaf that was dropped since it was asked for is signed on the spot.
        var keys = new LeafKeyManager(
                leafKeys.getPrivate(),
                host -> leaves.synchronous().get(new Leaf(organization, host), leaf -> chain(authority, host)));
        try {
            var context = SslContextBuilder.forServer(keys)
                    .sslProvider(Tls.PROVIDER)
                    .protocols(Tls.VERSIONS)
                    // No client is asked for a certificate; without this all of the JDK's roots would be loaded.
                    .trustManager(authority.certificate())
                    .applicationProtocolConfig(Tls.alpn("h2", "http/1.1"))
                    .build();
            return new Issuer(authority, context);
        } catch (SSLException e) {
            throw new CertificateAuthority.Broken("using the authority of " + organization, e);
        }
    }

    private X509Certificate[] chain(CertificateAuthority authority, HostName host) {
        var leaf = authority.leaf(host, leafKeys.getPublic(), clock.instant());
        return new X509Certificate[] {leaf, authority.certificate()};
    }
}
