package dev.sealbox.domain.repeat;

import java.util.UUID;

/** What is known of a request that may be a repeat. */
public sealed interface Claim {

    /**
     * No answer is known: it is the first, or the first is still being answered, or a crash came between. Whatever the
     * request makes is to be made under {@code creation}, which is the same for all repeats, so that it is made once.
     */
    record Open(UUID creation) implements Claim {}

    /** This was answered before. */
    record Answered(GivenAnswer answer) implements Claim {}

    /** The key was used for another request. */
    record OtherRequest() implements Claim {}
}
