package dev.sealbox.proxy;

import com.typesafe.config.Config;
import dev.sealbox.domain.InvalidValue;
import dev.sealbox.proxy.http2.Http2Limits;
import dev.sealbox.proxy.revocation.RevocationSettings;
import dev.sealbox.proxy.transport.Link;
import dev.sealbox.proxy.tunnel.Limits;
import dev.sealbox.proxy.upstream.OutgoingProxy;
import dev.sealbox.proxy.upstream.Overrides;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * What an operator may choose about the proxy; the keys live under {@code sealbox.proxy}, where {@code reference.conf}
 * explains each.
 */
public record ProxySettings(
        Listen listen,
        int loops,
        Limits limits,
        int writeLowWaterMark,
        int writeHighWaterMark,
        Upstreams upstream,
        boolean reseal,
        boolean dropsRanges,
        Set<String> sinkHeaders,
        int keptCertificates,
        Dns dns,
        boolean closedIfEmpty) {

    /** Where the proxy listens; port 0 means any free one, {@link #NOWHERE} that this way in is not offered. */
    public record Listen(String address, int proxyPort, int tlsPort, int httpPort, int dnsPort, int tcpPort) {
        public static final int NOWHERE = -1;
    }

    /** How upstreams are found, verified and kept. */
    public record Upstreams(
            Overrides overrides,
            Path systemRoots,
            Optional<Path> caFile,
            RevocationSettings revocation,
            Optional<OutgoingProxy> proxy,
            int keptPerHost,
            Duration keptFor,
            boolean http2) {}

    /** What the resolver says, and how often. */
    public record Dns(String address, int queriesPerSecond) {}

    public ProxySettings {
        sinkHeaders = Set.copyOf(sinkHeaders);
        if (limits.maxHead() >= Link.INBOX_LIMIT) {
            throw new InvalidValue("max-head must be below " + Link.INBOX_LIMIT + " bytes");
        }
    }

    /**
     * Reads the settings.
     *
     * @throws com.typesafe.config.ConfigException naming a setting that is missing or no such type
     * @throws InvalidValue naming the setting that is wrong
     */
    public static ProxySettings from(Config config) {
        var proxy = config.getConfig("sealbox.proxy");
        return new ProxySettings(
                listen(proxy.getConfig("listen")),
                proxy.getInt("loops"),
                limits(proxy.getConfig("limits"), proxy.getConfig("http2")),
                bytes(proxy, "limits.write-low-water-mark"),
                bytes(proxy, "limits.write-high-water-mark"),
                upstream(proxy.getConfig("upstream")),
                reseals(proxy.getString("response-secrets")),
                dropsRanges(proxy.getString("ranges")),
                Set.copyOf(proxy.getStringList("sink-headers")),
                proxy.getInt("kept-certificates"),
                new Dns(proxy.getString("dns.address"), proxy.getInt("dns.queries-per-second")),
                closesIfEmpty(proxy.getString("empty-allowlist")));
    }

    private static Listen listen(Config listen) {
        return new Listen(
                listen.getString("address"),
                listen.getInt("proxy-port"),
                listen.getInt("tls-port"),
                listen.getInt("http-port"),
                listen.getInt("dns-port"),
                listen.getInt("tcp-port"));
    }

    private static Limits limits(Config limits, Config http2) {
        return new Limits(
                bytes(limits, "max-head"),
                bytes(limits, "measured-body"),
                limits.getInt("unpack-ratio"),
                limits.getInt("replacements"),
                limits.getInt("connections-per-sandbox"),
                limits.getDuration("head-timeout"),
                limits.getDuration("keep-alive"),
                limits.getDuration("idle-timeout"),
                limits.getInt("read-backs-per-minute"),
                bytes(limits, "least-body-rate"),
                limits.getDuration("body-rate-span"),
                limits.getDuration("tcp-idle-timeout"),
                limits.getDuration("handshake-timeout"),
                limits.getDuration("dial-timeout"),
                new Http2Limits(
                        http2.getInt("max-streams"),
                        bytes(http2, "client-window"),
                        bytes(http2, "client-connection-window"),
                        bytes(http2, "client-windows-per-sandbox"),
                        http2.getInt("streams-per-sandbox"),
                        bytes(http2, "upstream-window"),
                        bytes(http2, "upstream-connection-window"),
                        bytes(http2, "upstream-windows-per-sandbox"),
                        bytes(limits, "max-head"),
                        http2.getInt("control-frames-per-second"),
                        http2.getInt("resets-per-half-minute")));
    }

    private static Upstreams upstream(Config upstream) {
        return new Upstreams(
                Overrides.parse(upstream.getString("overrides")),
                Path.of(upstream.getString("system-roots")),
                file(upstream, "ca-file"),
                revocation(upstream.getConfig("revocation")),
                Optional.of(upstream.getString("proxy"))
                        .filter(address -> !address.isBlank())
                        .map(address -> OutgoingProxy.parse(
                                address,
                                file(upstream, "proxy-credentials-file"),
                                upstream.getString("proxy-direct"),
                                upstream.getBoolean("proxy-lookup"))),
                upstream.getInt("kept-per-host"),
                upstream.getDuration("kept-for"),
                upstream.getBoolean("http2"));
    }

    private static RevocationSettings revocation(Config revocation) {
        var mode = switch (revocation.getString("mode")) {
            case "off" -> RevocationSettings.Mode.OFF;
            case "known" -> RevocationSettings.Mode.KNOWN;
            case "required" -> RevocationSettings.Mode.REQUIRED;
            default -> throw new InvalidValue("upstream.revocation.mode is off, known or required");
        };
        return new RevocationSettings(
                mode,
                file(revocation, "lists"),
                revocation.getBoolean("fetch"),
                revocation.getDuration("patience"),
                bytes(revocation, "max-list"));
    }

    private static Optional<Path> file(Config config, String path) {
        return Optional.of(config.getString(path))
                .filter(file -> !file.isBlank())
                .map(Path::of);
    }

    private static int bytes(Config config, String path) {
        return Math.toIntExact(config.getBytes(path));
    }

    private static boolean dropsRanges(String text) {
        return switch (text) {
            case "pass" -> false;
            case "drop" -> true;
            default -> throw new InvalidValue("ranges is pass or drop");
        };
    }

    private static boolean closesIfEmpty(String text) {
        return switch (text) {
            case "any" -> false;
            case "none" -> true;
            default -> throw new InvalidValue("empty-allowlist is any or none");
        };
    }

    private static boolean reseals(String text) {
        return switch (text) {
            case "reseal" -> true;
            case "pass" -> false;
            default -> throw new InvalidValue("response-secrets is reseal or pass");
        };
    }
}
