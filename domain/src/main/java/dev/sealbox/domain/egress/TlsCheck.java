package dev.sealbox.domain.egress;

/**
 * The host by which it is found out who in a sandbox trusts the certificates that the egress proxy shows. The proxy
 * answers itself there, over TLS, to every sandbox; the name is in no other name server (RFC 6761, 6.4), and nothing is
 * ever sent to it.
 */
public final class TlsCheck {
    public static final HostName HOST = HostName.parse("tls-check.sealbox.invalid");

    private TlsCheck() {}
}
