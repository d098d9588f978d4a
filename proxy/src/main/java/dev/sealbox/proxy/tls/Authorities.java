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
import java.time.Clock;
import java.time.Duration;
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
    private final AsyncCache<OrganizationId, CertificateAuthority> authorities;
    private final AsyncCache<Leaf, SslContext> leaves;

    private record Leaf(OrganizationId organization, HostName host) {}

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
        this.authorities =
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
        return authority(organization).thenApply(CertificateAuthority::pem);
    }

    /** The server side of TLS for that host, as the organisation's sandboxes trust it. */
    public CompletionStage<SslContext> leaf(OrganizationId organization, HostName host) {
        return leaves.get(
                new Leaf(organization, host),
                (leaf, unused) -> authority(organization)
                        .thenApplyAsync(authority -> context(authority, host), executor)
                        .toCompletableFuture());
    }

    private CompletionStage<CertificateAuthority> authority(OrganizationId organization) {
        return authorities.get(
                organization,
                (id, unused) -> store.loadOrCreate(id, () -> CertificateAuthority.create(id, clock.instant()))
                        .thenApplyAsync(CertificateAuthority::read, executor)
                        .toCompletableFuture());
    }

    private SslContext context(CertificateAuthority authority, HostName host) {
        try {
            var certificate = authority.leaf(host, leafKeys.getPublic(), clock.instant());
            return SslContextBuilder.forServer(leafKeys.getPrivate(), certificate, authority.certificate())
                    .sslProvider(Tls.PROVIDER)
                    .protocols(Tls.VERSIONS)
                    .applicationProtocolConfig(Tls.alpn("h2", "http/1.1"))
                    .build();
        } catch (SSLException e) {
            throw new CertificateAuthority.Broken("using a certificate for " + host, e);
        }
    }
}
