package dev.sealbox.domain.sandbox;

/** Where the certificates lie inside every sandbox; the runtime writes them, the environment points at them. */
public final class TrustFiles {
    /** The organisation's authority alone, PEM. */
    public static final String AUTHORITY = "/etc/sealbox/ca.pem";

    /** The public roots and the authority, PEM: the system's own bundle. */
    public static final String BUNDLE = "/etc/ssl/certs/ca-certificates.crt";

    /** The same as a PKCS#12 trust store for Java, password {@link #PKCS12_PASSWORD}. */
    public static final String PKCS12 = "/etc/sealbox/truststore.p12";

    /** Guards nothing: a trust store holds no secret, but Java wants a password. */
    public static final String PKCS12_PASSWORD = "changeit";

    private TrustFiles() {}
}
