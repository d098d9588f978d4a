package dev.sealbox.proxy.tunnel;

/** By which port a connection came in. */
public enum Entry {
    /** The client knows that it speaks to a proxy. */
    EXPLICIT,
    /** It thinks that it speaks to a web server, over TLS. */
    TLS,
    /** It thinks that it speaks to a web server, in the clear. */
    HTTP,
    /** It has dialled an invented address and thinks that it speaks to that host. */
    TCP
}
