package dev.sealbox.domain.sandbox;

import dev.sealbox.domain.egress.EgressPolicy;

/** What a host is told about a container that it finds when it comes back, or has started. */
public sealed interface Claim {

    /** It belongs there and is to go on. */
    record Runs(EgressPolicy policy, Terms terms) implements Claim {}

    /** Its sandbox is hibernated, or to go on elsewhere: the container is to be ended, the disk to be kept. */
    record Sleeps() implements Claim {}

    /** It is elsewhere, or over: container and disk are to go. */
    record Foreign() implements Claim {}

    /** No sandbox has that name: a builder of an image, or what nobody knows. */
    record Unknown() implements Claim {}
}
