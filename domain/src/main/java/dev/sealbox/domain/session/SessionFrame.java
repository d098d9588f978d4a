package dev.sealbox.domain.session;

/**
 * One message of a session to a client: a byte that says what it is, then what it holds. The first four are those of the
 * clients' protocol (PROTOCOLS 2). Immutable by agreement: nobody changes the bytes.
 */
public final class SessionFrame {
    public static final byte OUTPUT = 0x01;
    public static final byte ERRORS = 0x02;

    /** 4 bytes, big-endian: the exit code. The last frame of a session that has ended. */
    public static final byte EXIT = 0x03;

    /** Once, between what was written before the client attached and what came later. */
    public static final byte SCROLLBACK_END = 0x04;

    /** The last frame to a client that was too slow to be waited for; it misses what would follow. */
    public static final byte TOO_SLOW = 0x05;

    /** Bytes of output in one frame. */
    public static final int LARGEST = 32 << 10;

    private final byte[] bytes;

    private SessionFrame(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Takes over the bytes of a frame, its type first. */
    public static SessionFrame of(byte[] bytes) {
        if (bytes.length == 0) {
            throw new IllegalArgumentException("a frame has a type");
        }
        return new SessionFrame(bytes);
    }

    /** A frame without content. */
    public static SessionFrame of(byte type) {
        return new SessionFrame(new byte[] {type});
    }

    public static SessionFrame exit(int code) {
        return new SessionFrame(
                new byte[] {EXIT, (byte) (code >> 24), (byte) (code >> 16), (byte) (code >> 8), (byte) code});
    }

    public byte type() {
        return bytes[0];
    }

    /** The type and the content. */
    public byte[] bytes() {
        return bytes;
    }

    @Override
    public String toString() {
        return "SessionFrame[type " + type() + ", " + (bytes.length - 1) + " bytes]";
    }
}
