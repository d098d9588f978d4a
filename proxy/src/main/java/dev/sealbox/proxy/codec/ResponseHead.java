package dev.sealbox.proxy.codec;

/** A response's first line and fields. */
public record ResponseHead(int status, String reason, boolean http10, Fields fields) {

    /** Whether the upstream keeps the connection for a next request. */
    public boolean keepsAlive() {
        return http10 ? fields.lists("connection", "keep-alive") : !fields.lists("connection", "close");
    }

    /** 1xx but for the switch of protocols. */
    public boolean isInterim() {
        return status < 200 && status != 101;
    }

    @Override
    public String toString() {
        return Integer.toString(status);
    }
}
