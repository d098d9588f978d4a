package dev.sealbox.proxy.websocket;

/** Which way messages go: what a client sends is masked, what a server sends is not (RFC 6455, 5.1). */
public enum Direction {
    TO_UPSTREAM,
    TO_CLIENT;

    boolean masks() {
        return this == TO_UPSTREAM;
    }
}
