package dev.sealbox.proxy.webhook;

import com.typesafe.config.Config;
import dev.sealbox.domain.webhook.Caller;
import dev.sealbox.domain.webhook.WebhookUrl;
import dev.sealbox.proxy.tls.UpstreamTls;
import dev.sealbox.proxy.upstream.Addresses;
import dev.sealbox.proxy.upstream.Overrides;
import dev.sealbox.proxy.upstream.Unreachable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * Posts over verified TLS to the very addresses that were checked, each call on a connection of its own that is closed
 * when the status was read, or its time is up, whatever the endpoint does. Thread-safe.
 */
public final class HttpsCaller implements Caller, AutoCloseable {
    private static final String[] VERSIONS = {"TLSv1.3", "TLSv1.2"};

    private final Addresses addresses;
    private final SSLSocketFactory tls;
    private final Duration patience;
    private final ExecutorService lookups = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("sealbox-webhook-lookup-", 0).factory());
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("sealbox-webhook-deadlines").daemon().factory());

    /**
     * With the rules of an operator.
     *
     * @param roots who may sign for endpoints
     * @param patience for the whole of a call
     */
    HttpsCaller(Overrides overrides, Addresses.Lookup lookup, SSLContext roots, Duration patience) {
        this.addresses = new Addresses(overrides, lookup, lookups);
        this.tls = roots.getSocketFactory();
        this.patience = patience;
    }

    /**
     * Of the settings under {@code sealbox.proxy.webhooks}.
     *
     * @throws dev.sealbox.domain.InvalidValue naming an override that is wrong
     */
    public static HttpsCaller from(Config config) {
        var webhooks = config.getConfig("sealbox.proxy.webhooks");
        var more = Optional.of(webhooks.getString("ca-file"))
                .filter(file -> !file.isBlank())
                .map(Path::of);
        return new HttpsCaller(
                Overrides.parse(webhooks.getString("overrides")),
                Addresses.Lookup.SYSTEM,
                context(Path.of(config.getString("sealbox.proxy.upstream.system-roots")), more),
                webhooks.getDuration("timeout"));
    }

    static SSLContext context(Path system, Optional<Path> more) {
        try {
            var context = SSLContext.getInstance("TLS");
            context.init(null, UpstreamTls.roots(system, more).getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("preparing TLS towards webhooks", e);
        }
    }

    @Override
    public boolean forbids(WebhookUrl url) {
        return addresses.isForbidden(url.host());
    }

    @Override
    public Reply post(WebhookUrl url, Map<String, String> headers, byte[] body) throws InterruptedException {
        var deadline = System.nanoTime() + patience.toNanos();
        try {
            var known = addresses
                    .of(url.host(), url.port())
                    .toCompletableFuture()
                    .get(patience.toNanos(), TimeUnit.NANOSECONDS);
            return first(known, url, new Exchange(url, headers, body), deadline);
        } catch (ExecutionException e) {
            return new Reply.Failed(
                    e.getCause() instanceof Unreachable why ? why.reason().code() : "upstream.unreachable");
        } catch (TimeoutException e) {
            return new Reply.Failed(Unreachable.Reason.TIMEOUT.code());
        }
    }

    /** Of the addresses that can be connected to. */
    private Reply first(List<InetSocketAddress> known, WebhookUrl url, Exchange exchange, long deadline)
            throws InterruptedException {
        Reply reply = new Reply.Failed(Unreachable.Reason.UNREACHABLE.code());
        for (var address : known) {
            var socket = new Socket();
            var late = new AtomicBoolean();
            var cut = clock.schedule(() -> cut(socket, late), deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            try (socket) {
                socket.connect(address);
                return exchange.over(secured(socket, url));
            } catch (IOException e) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                reply = new Reply.Failed(code(e, late.get()));
                if (late.get() || socket.isConnected()) {
                    // Who was reached may have taken it: no second one gets it in the same attempt.
                    return reply;
                }
            } finally {
                cut.cancel(false);
            }
        }
        return reply;
    }

    private static void cut(Socket socket, AtomicBoolean late) {
        late.set(true);
        try {
            socket.close();
        } catch (IOException e) {
            // It is closed as far as it can be.
        }
    }

    private SSLSocket secured(Socket socket, WebhookUrl url) throws IOException {
        var secured = (SSLSocket) tls.createSocket(socket, url.host().value(), url.port(), true);
        var parameters = secured.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        parameters.setProtocols(VERSIONS);
        parameters.setApplicationProtocols(new String[] {"http/1.1"});
        secured.setSSLParameters(parameters);
        secured.startHandshake();
        return secured;
    }

    private static String code(IOException failure, boolean late) {
        if (late) {
            return Unreachable.Reason.TIMEOUT.code();
        }
        if (failure instanceof NoAnswer) {
            return "upstream.no-answer";
        }
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateException) {
                return Unreachable.Reason.CERTIFICATE.code();
            }
        }
        return (failure instanceof SSLException ? Unreachable.Reason.HANDSHAKE : Unreachable.Reason.UNREACHABLE).code();
    }

    /** What came back is no answer of HTTP. */
    static final class NoAnswer extends IOException {
        private static final long serialVersionUID = 1;

        NoAnswer(String what) {
            super(what);
        }
    }

    @Override
    public void close() {
        clock.shutdownNow();
        lookups.shutdownNow();
    }
}
