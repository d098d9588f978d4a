package dev.sealbox.domain.egress;

/**
 * A request that may come to hold a secret, as rules see it.
 *
 * @param target path and query as the sandbox wrote them
 * @param disguised whether a field asks the server to take it for another method or path
 */
public record UseRequest(HostName host, int port, String method, String target, boolean disguised) {}
