package dev.sealbox.domain.sandbox;

/**
 * The one neighbour of every sandbox, the same address in each: the egress proxy and the name server.
 *
 * <p>It lives in the host's router namespace, where the sandbox runtime directs all traffic to it and the proxy
 * listens. Everything else is dropped.
 */
public final class Gateway {
    public static final String ADDRESS = "169.254.169.253";

    /** Explicit proxy: CONNECT and absolute-form requests. */
    public static final int PROXY_PORT = 3128;

    /** Intercepted TLS: whatever address a sandbox dials on 443. */
    public static final int TLS_PORT = 443;

    /** Intercepted plain HTTP: whatever address a sandbox dials on 80. */
    public static final int HTTP_PORT = 80;

    /** The resolver, UDP and TCP, whatever name server a sandbox asks. */
    public static final int DNS_PORT = 53;

    /**
     * Plain TCP: whatever port a sandbox dials at an invented address. Nobody can dial this one itself: the packet filter
     * admits only what it has directed here.
     */
    public static final int TCP_PORT = 3129;

    /** The addresses that the resolver invents; nobody is ever dialled there. */
    public static final String INVENTED = "198.18.0.0/15";

    /** The first of them, as a number. */
    public static final int INVENTED_FIRST = 198 << 24 | 18 << 16;

    /** How many they are. */
    public static final int INVENTED_SIZE = 1 << 17;

    private Gateway() {}
}
