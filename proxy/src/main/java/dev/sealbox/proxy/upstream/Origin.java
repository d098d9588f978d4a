package dev.sealbox.proxy.upstream;

import dev.sealbox.domain.egress.HostName;

/** Where a request goes: a host, over TLS on 443 or in the clear on 80. */
public record Origin(HostName host, boolean secure) {
    public int port() {
        return secure ? 443 : 80;
    }
}
