package dev.sealbox.server;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * What an operator may choose about the traffic between nodes; the keys live under {@code sealbox.cluster}.
 *
 * @param discovery how other nodes are found; empty where they are listed, or there are none
 * @param tls the files of mutual TLS; empty: traffic is in the clear, which only the loopback address may have
 * @param reloadAfter a changed certificate is used for connections that begin this much later
 * @param plaintext whether traffic in the clear may leave the machine
 */
record ClusterSettings(
        Optional<Discovery> discovery, Optional<CertificateFiles> tls, Duration reloadAfter, boolean plaintext) {

    /** This node's certificate and key, and the authorities that others must be certified by; PEM. */
    record CertificateFiles(Path certificate, Path key, Path authority) {}

    /**
     * Reads the settings.
     *
     * @throws StartFailure when nodes are both listed and to be found, or only some of the files are named, or one cannot
     *     be read
     */
    static ClusterSettings from(Config config) {
        var cluster = config.getConfig("sealbox.cluster");
        var discovery = Discovery.from(cluster);
        if (discovery.isPresent() && !config.getString("sealbox.node.seeds").isBlank()) {
            throw new StartFailure(
                    "nodes are either listed, SEALBOX_CLUSTER_SEEDS, or found, SEALBOX_CLUSTER_DISCOVERY");
        }
        return new ClusterSettings(
                discovery,
                files(cluster.getConfig("tls")),
                cluster.getDuration("tls.reload-after"),
                cluster.getBoolean("allow-plaintext"));
    }

    private static Optional<CertificateFiles> files(Config tls) {
        var certificate = tls.getString("cert-file");
        var key = tls.getString("key-file");
        var authority = tls.getString("ca-file");
        if (certificate.isBlank() && key.isBlank() && authority.isBlank()) {
            return Optional.empty();
        }
        return Optional.of(new CertificateFiles(
                readable("cert-file", certificate), readable("key-file", key), readable("ca-file", authority)));
    }

    private static Path readable(String setting, String file) {
        if (file.isBlank() || !Files.isReadable(Path.of(file))) {
            throw new StartFailure(
                    "sealbox.cluster.tls." + setting + " must name a readable file when TLS is configured");
        }
        return Path.of(file).toAbsolutePath();
    }

    /**
     * Akka's settings that follow, on top of {@code base}.
     *
     * @throws StartFailure when other machines could speak to this node in the clear
     */
    Config over(Config base) {
        return discovery.map(Discovery::settings).orElse(ConfigFactory.empty()).withFallback(secured(base));
    }

    private Config secured(Config base) {
        if (tls.isEmpty()) {
            requireLoopback(base);
            return base;
        }
        var engine = "akka.remote.artery.ssl.rotating-keys-engine.";
        var files = tls.get();
        return ConfigFactory.parseMap(Map.of(
                        "akka.remote.artery.transport",
                        "tls-tcp",
                        "akka.remote.artery.ssl.ssl-engine-provider",
                        "akka.remote.artery.tcp.ssl.RotatingKeysSSLEngineProvider",
                        engine + "cert-file",
                        files.certificate().toString(),
                        engine + "key-file",
                        files.key().toString(),
                        engine + "ca-cert-file",
                        files.authority().toString(),
                        engine + "ssl-context-cache-ttl",
                        reloadAfter.toMillis() + " ms"))
                .withFallback(base);
    }

    private void requireLoopback(Config base) {
        var artery = base.getConfig("akka.remote.artery");
        var bound = artery.getString("bind.hostname");
        var host = bound.isBlank() ? artery.getString("canonical.hostname") : bound;
        if (!plaintext && !isLoopback(host)) {
            throw new StartFailure(
                    "the cluster address " + host + " is not this machine's own, so traffic there needs TLS:"
                            + " set SEALBOX_CLUSTER_TLS_CERT_FILE, SEALBOX_CLUSTER_TLS_KEY_FILE and SEALBOX_CLUSTER_TLS_CA_FILE");
        }
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new StartFailure("the cluster address " + host + " is not known");
        }
    }
}
