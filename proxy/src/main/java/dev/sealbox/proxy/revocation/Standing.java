package dev.sealbox.proxy.revocation;

/** What is known of one certificate. */
enum Standing {
    /** Its authority says, in words that are not out of date, that it was not taken back. */
    GOOD,
    REVOKED,
    UNKNOWN;

    /** What follows from two pieces of evidence: whoever says that it was revoked is believed. */
    Standing and(Standing other) {
        if (this == REVOKED || other == REVOKED) {
            return REVOKED;
        }
        return this == GOOD || other == GOOD ? GOOD : UNKNOWN;
    }
}
