package dev.sealbox.proxy.http2;

/**
 * How much one HTTP/2 connection may hold; see the settings of the same names.
 *
 * @param maxStreams exchanges at once on a client's connection, and the most that are begun on an upstream's
 * @param clientWindow bytes of a request's body that may wait
 * @param clientConnectionWindow the same of all requests on a connection together
 * @param clientWindows the same of all connections of a sandbox together
 * @param streams exchanges at once on all connections of a sandbox together
 * @param upstreamWindow bytes of a response's body that may wait
 * @param upstreamConnectionWindow the same of all responses on a connection together
 * @param upstreamWindows the same of all connections of one event loop for a sandbox together
 * @param maxHead bytes of a head's or trailers' fields, counted as RFC 9113 does (32 more for each field)
 * @param controlFrames frames other than headers and data that may come in one second
 * @param resets streams that a client may cancel, or make us cancel, in 30 seconds
 */
public record Http2Limits(
        int maxStreams,
        int clientWindow,
        int clientConnectionWindow,
        int clientWindows,
        int streams,
        int upstreamWindow,
        int upstreamConnectionWindow,
        int upstreamWindows,
        int maxHead,
        int controlFrames,
        int resets) {}
