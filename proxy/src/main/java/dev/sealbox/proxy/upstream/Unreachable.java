package dev.sealbox.proxy.upstream;

/** Why there is no connection to an upstream. */
public final class Unreachable extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** The sorts of reason, each with the status that the client gets. */
    public enum Reason {
        UNRESOLVED(502, "upstream.unresolved", "its name does not resolve"),
        FORBIDDEN_ADDRESS(403, "egress.address-not-allowed", "its address is not a public one"),
        UNREACHABLE(502, "upstream.unreachable", "it cannot be reached"),
        CERTIFICATE(502, "upstream.certificate", "its certificate cannot be verified"),
        REVOKED(502, "upstream.revoked", "its certificate was revoked"),
        REVOCATION_UNKNOWN(502, "upstream.revocation-unknown", "it is not known whether its certificate was revoked"),
        HANDSHAKE(502, "upstream.handshake", "the TLS handshake with it failed"),
        TIMEOUT(504, "upstream.timeout", "it does not answer in time"),
        PROXY_UNREACHABLE(502, "upstream.proxy-unreachable", "the outgoing proxy cannot be reached"),
        PROXY_TIMEOUT(502, "upstream.proxy-timeout", "the outgoing proxy does not answer in time"),
        PROXY_CREDENTIALS(502, "upstream.proxy-credentials", "the outgoing proxy wants other credentials"),
        PROXY_REFUSED(502, "upstream.proxy-refused", "the outgoing proxy does not open the way"),
        PROXY_FAILED(502, "upstream.proxy-failed", "the outgoing proxy broke off or made no sense");

        private final int status;
        private final String code;
        private final String text;

        Reason(int status, String code, String text) {
            this.status = status;
            this.code = code;
            this.text = text;
        }

        public int status() {
            return status;
        }

        public String code() {
            return code;
        }

        public String text() {
            return text;
        }
    }

    private final Reason reason;

    public Unreachable(Reason reason) {
        super(reason.text(), null, false, false);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
