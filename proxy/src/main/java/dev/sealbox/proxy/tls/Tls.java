package dev.sealbox.proxy.tls;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;

/** Which implementation, versions and protocols of TLS both sides use. */
final class Tls {
    /** BoringSSL; the JDK's where there is no native library for the machine. */
    static final SslProvider PROVIDER = OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK;

    static final String[] VERSIONS = {"TLSv1.3", "TLSv1.2"};

    /** Whether a server can be asked to bring along what its authority says of its certificate. */
    static final boolean STAPLES = PROVIDER == SslProvider.JDK || OpenSsl.isOcspSupported();

    private Tls() {}

    /** Those protocols, the one that is liked best first. */
    static ApplicationProtocolConfig alpn(String... protocols) {
        return new ApplicationProtocolConfig(
                ApplicationProtocolConfig.Protocol.ALPN,
                ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                protocols);
    }
}
