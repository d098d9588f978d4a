package dev.sealbox.proxy.upstream;

import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.proxy.transport.Link;

/** A connection to an upstream, made for one organisation and never used for another. */
public record Upstream(OrganizationId organization, Origin origin, Link link) {}
