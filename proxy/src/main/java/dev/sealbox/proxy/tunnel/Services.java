package dev.sealbox.proxy.tunnel;

import dev.sealbox.domain.ledger.UseLedger;
import dev.sealbox.proxy.rewrite.RequestRewriter;
import dev.sealbox.proxy.tls.Authorities;
import dev.sealbox.proxy.upstream.Addresses;
import dev.sealbox.proxy.upstream.UpstreamPool;

/**
 * What a connection needs from its surroundings.
 *
 * @param pool the one of the connection's event loop
 * @param reseal whether values in responses become tokens again
 * @param dropsRanges whether no ranges are asked for sandboxes that have secrets, whatever the host
 * @param ledger where uses and refusals are noted
 */
public record Services(
        Authorities authorities,
        Addresses addresses,
        UpstreamPool pool,
        RequestRewriter rewriter,
        Limits limits,
        boolean reseal,
        boolean dropsRanges,
        UseLedger ledger) {}
