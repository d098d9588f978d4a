package dev.sealbox.proxy.tls;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;

/** Which implementation and versions of TLS both sides use. */
final class Tls {
    /** BoringSSL; the JDK's where there is no native library for the machine. */
    static final SslProvider PROVIDER = OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK;

    static final String[] VERSIONS = {"TLSv1.3", "TLSv1.2"};

    private Tls() {}
}
