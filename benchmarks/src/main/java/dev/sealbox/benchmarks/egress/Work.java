package dev.sealbox.benchmarks.egress;

/**
 * One thing to measure, as it is told to the load process.
 *
 * @param connections at a time
 * @param streams at a time on each connection; more than 1 means HTTP/2
 * @param secrets that the proxy holds; the first is used
 * @param unmeasured milliseconds, or small transfers, before the measured part
 * @param amount what is measured: milliseconds, requests, connections, events of each stream, or bytes
 * @param interval between events, microseconds
 * @param fresh whether the proxy is started anew for it, since its memory is measured
 */
record Work(
        String name,
        Kind kind,
        int connections,
        int streams,
        int secrets,
        int unmeasured,
        long amount,
        int interval,
        boolean fresh) {

    /** What is done. */
    enum Kind {
        KEPT,
        NEW_SAME_HOST,
        NEW_HOSTS,
        ROTATION,
        UPLOAD,
        DOWNLOAD,
        EVENTS,
        TRICKLE,
        IDLE
    }
}
