package dev.sealbox.proxy.tls;

import dev.sealbox.domain.egress.HostName;
import dev.sealbox.proxy.revocation.RevocationSettings;
import dev.sealbox.proxy.revocation.Revocations;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * The client side of TLS: the upstream's chain and name are verified, always; that it was not revoked, as far as can be
 * known. Thread-safe.
 */
public final class UpstreamTls {
    private final SslContext single;
    private final SslContext many;
    private final Duration handshake;
    private final Revocations revocations;
    private final int longestList;

    /** The roots cannot be read. */
    public static final class NoRoots extends RuntimeException {
        private static final long serialVersionUID = 1;

        NoRoots(String step, Throwable cause) {
            super(step, cause);
        }
    }

    /**
     * With the roots that are trusted.
     *
     * @param bundle the system's roots, PEM; where there is no such file the JDK's are taken
     * @param more further roots, PEM
     * @param handshake how long a handshake may take
     * @param revocation what is asked of certificates beyond that
     * @param blocking where files are read
     */
    public UpstreamTls(
            Path bundle, Optional<Path> more, Duration handshake, RevocationSettings revocation, Executor blocking) {
        this.handshake = handshake;
        this.longestList = revocation.maxList();
        var roots = certificates(bundle, more);
        try {
            var trust = trust(roots);
            single = context(trust, "http/1.1");
            many = context(trust, "h2", "http/1.1");
            revocations = new Revocations(revocation, Tls.STAPLES, roots, blocking);
        } catch (GeneralSecurityException | IOException e) {
            throw new NoRoots("preparing TLS towards upstreams", e);
        }
    }

    private static SslContext context(TrustManagerFactory trust, String... protocols) throws IOException {
        return SslContextBuilder.forClient()
                .sslProvider(Tls.PROVIDER)
                .protocols(Tls.VERSIONS)
                .trustManager(trust)
                .endpointIdentificationAlgorithm("HTTPS")
                .applicationProtocolConfig(Tls.alpn(protocols))
                .enableOcsp(Tls.PROVIDER != SslProvider.JDK && Tls.STAPLES)
                .build();
    }

    /** Bytes of a list of revoked certificates. */
    public int longestList() {
        return longestList;
    }

    /**
     * What follows from what is known of a server's certificates. Only once its handshake is done.
     *
     * @param fetch by which lists are fetched
     */
    public CompletionStage<Revocations.Verdict> verdict(SslHandler handler, Revocations.Fetch fetch) {
        if (revocations.isOff()) {
            return CompletableFuture.completedFuture(Revocations.Verdict.PASSES);
        }
        try {
            var session = handler.engine().getSession();
            var sent = Arrays.stream(session.getPeerCertificates())
                    .map(X509Certificate.class::cast)
                    .toList();
            var staples =
                    session instanceof ExtendedSSLSession extended ? extended.getStatusResponses() : List.<byte[]>of();
            return revocations.of(sent, staples.stream().findFirst(), fetch);
        } catch (SSLPeerUnverifiedException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /**
     * TLS for a connection to that host.
     *
     * @param http2 whether it may choose HTTP/2
     */
    public SslHandler handler(HostName host, int port, boolean http2, ByteBufAllocator allocator) {
        var handler = (http2 ? many : single).newHandler(allocator, host.value(), port);
        handler.setHandshakeTimeoutMillis(handshake.toMillis());
        return handler;
    }

    /** The same roots for who speaks TLS without Netty. */
    public static TrustManagerFactory roots(Path bundle, Optional<Path> more) {
        try {
            return trust(certificates(bundle, more));
        } catch (GeneralSecurityException | IOException e) {
            throw new NoRoots("preparing TLS towards others", e);
        }
    }

    private static List<X509Certificate> certificates(Path bundle, Optional<Path> more) {
        var roots = new ArrayList<>(Files.isReadable(bundle) ? read(bundle) : ofJdk());
        more.map(UpstreamTls::read).ifPresent(roots::addAll);
        return roots;
    }

    /** Who trusts what leads to one of these roots. */
    static TrustManagerFactory trust(List<X509Certificate> roots) throws GeneralSecurityException, IOException {
        var store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        for (int i = 0; i < roots.size(); i++) {
            store.setCertificateEntry("root-" + i, roots.get(i));
        }
        var parameters = new PKIXBuilderParameters(store, new X509CertSelector());
        // That is asked after the handshake, by more sources than the JDK has.
        parameters.setRevocationEnabled(false);
        NativeSignatures.provider().ifPresent(parameters::setSigProvider);
        var factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(new CertPathTrustManagerParameters(parameters));
        return factory;
    }

    private static List<X509Certificate> read(Path file) {
        try (var in = Files.newInputStream(file)) {
            return CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
                    .map(X509Certificate.class::cast)
                    .toList();
        } catch (GeneralSecurityException | IOException e) {
            throw new NoRoots("reading certificates from " + file, e);
        }
    }

    private static List<X509Certificate> ofJdk() {
        try {
            var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init((KeyStore) null);
            return Arrays.stream(factory.getTrustManagers())
                    .filter(X509TrustManager.class::isInstance)
                    .map(X509TrustManager.class::cast)
                    .flatMap(manager -> Arrays.stream(manager.getAcceptedIssuers()))
                    .toList();
        } catch (GeneralSecurityException e) {
            throw new NoRoots("reading the JDK's certificates", e);
        }
    }
}
