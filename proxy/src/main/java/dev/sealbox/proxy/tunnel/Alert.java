package dev.sealbox.proxy.tunnel;

/** The TLS alerts with which a handshake is refused before it begins. */
enum Alert {
    DECODE_ERROR(50),
    INTERNAL_ERROR(80),
    MISSING_EXTENSION(109),
    UNRECOGNIZED_NAME(112);

    private final int code;

    Alert(int code) {
        this.code = code;
    }

    /** A fatal alert in a record of its own, not encrypted. */
    byte[] record() {
        return new byte[] {0x15, 3, 3, 0, 2, 2, (byte) code};
    }
}
