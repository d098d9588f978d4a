package dev.sealbox.domain.preview;

import dev.sealbox.domain.identity.SandboxId;

/**
 * Under which names previews are reached from outside.
 *
 * @param scheme in which whatever stands in front speaks to visitors: https or http
 * @param domain below which the names are
 */
public record PreviewAddress(String scheme, String domain) {
    /** The host's name (PROTOCOLS 11). */
    public static String host(SandboxId sandbox, PreviewPort port, String domain) {
        return sandbox.value() + "-p" + port.number() + "." + domain;
    }

    public String url(SandboxId sandbox, PreviewPort port) {
        return scheme + "://" + host(sandbox, port, domain);
    }
}
