package dev.sealbox.proxy.tunnel;

import dev.sealbox.domain.egress.HostName;
import dev.sealbox.domain.ledger.UseRecord.Asked;

/** Where plain TCP goes. */
record Target(HostName host, int port) {

    /** As the ledger has it: no part of a URL, so the port stands where a path would. */
    Asked asked() {
        return new Asked("TCP", host.value(), ":" + port);
    }
}
