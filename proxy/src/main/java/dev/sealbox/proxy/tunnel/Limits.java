package dev.sealbox.proxy.tunnel;

import dev.sealbox.proxy.http2.Http2Limits;
import java.time.Duration;

/**
 * How much and how long; see the settings of the same names.
 *
 * @param maxHead bytes of a request's or response's first line and fields
 * @param measuredBody bytes up to which a body is held until its new length is known
 * @param unpackRatio how many times its size a compressed body may have
 * @param replacements tokens that are replaced in one request
 * @param connectionsPerSandbox open connections of one sandbox
 * @param headTimeout from a head's first byte to its last; also for a ClientHello
 * @param keepAlive how long a connection may stay open between requests
 * @param idle how long nothing may move while a request is under way
 * @param readBacks answers a minute that hold values which the requests of one sandbox did not carry
 * @param leastRate bytes a second of a body whose length was told
 * @param rateSpan over which that is measured
 * @param tcpIdle how long nothing may move on plain TCP that is passed through
 * @param handshake for TLS, on either side
 * @param dial for opening a connection to an upstream
 * @param http2 for connections that carry many exchanges
 */
public record Limits(
        int maxHead,
        int measuredBody,
        int unpackRatio,
        int replacements,
        int connectionsPerSandbox,
        Duration headTimeout,
        Duration keepAlive,
        Duration idle,
        int readBacks,
        int leastRate,
        Duration rateSpan,
        Duration tcpIdle,
        Duration handshake,
        Duration dial,
        Http2Limits http2) {}
