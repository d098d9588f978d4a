package dev.sealbox.runtime.exec;

/**
 * One message of the conversation with a guest agent: 1 byte type, 4 bytes length, payload. The types are those of
 * {@code agent.h}.
 */
final class Frame {
    static final byte INPUT = 0x00;
    static final byte OUTPUT = 0x01;
    static final byte ERRORS = 0x02;
    static final byte EXIT = 0x03;
    static final byte REFUSED = 0x04;
    static final byte DONE = 0x05;
    static final byte END = 0x06;
    static final byte TAKEN = 0x07;
    static final byte SIGNAL = 0x08;
    static final byte RESIZE = 0x09;
    static final byte HANG_UP = 0x0a;
    static final byte RUN = 0x10;
    static final byte READ = 0x11;
    static final byte WRITE = 0x12;
    static final byte LIST = 0x13;
    static final byte MAKE_DIRECTORY = 0x14;
    static final byte REMOVE = 0x15;
    static final byte PING = 0x16;
    static final byte SESSION = 0x17;
    static final byte CONNECT = 0x18;
    static final byte SAVABLE = 0x1a;

    /** Bytes of payload that an agent may send at once; a larger frame ends the conversation. */
    static final int LARGEST = 64 << 10;

    private final byte type;
    private final byte[] payload;

    /** Takes the payload over: nobody changes it afterwards. */
    Frame(byte type, byte[] payload) {
        this.type = type;
        this.payload = payload;
    }

    byte type() {
        return type;
    }

    byte[] payload() {
        return payload;
    }

    @Override
    public String toString() {
        return "Frame[type " + type + ", " + payload.length + " bytes]";
    }
}
