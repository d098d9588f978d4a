package dev.sealbox.http;

import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.preview.PreviewAddress;
import dev.sealbox.domain.preview.PreviewPort;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What the host name of a request is about: {@code SANDBOX-pPORT.DOMAIN} is a preview's (PROTOCOLS 11). Every name below the
 * domain that looks like a sandbox's belongs to previews, so that none that is nearly right ever reaches the API.
 */
sealed interface PreviewHost {
    Pattern NAME = Pattern.compile("(sb-[0-9a-f]{16})-p([1-9][0-9]{0,4})");

    /** The API's own business. */
    record Elsewhere() implements PreviewHost {}

    /** A preview's name that leads nowhere. */
    record Nowhere() implements PreviewHost {}

    /** {@code only} is the organisation whose own domain it is; others' sandboxes are not below it. */
    record Port(SandboxId sandbox, PreviewPort port, Optional<OrganizationId> only) implements PreviewHost {}

    /** The name that clients are told. */
    static String name(SandboxId sandbox, PreviewPort port, String domain) {
        return PreviewAddress.host(sandbox, port, domain);
    }

    /** {@code host} without a port; names are the same in capitals, and with a dot at the end. */
    static PreviewHost of(String host, PreviewDomains domains) {
        var name = host.toLowerCase(Locale.ROOT).replaceAll("\\.+$", "");
        for (var own : domains.own().entrySet()) {
            if (!(below(name, own.getValue(), Optional.of(own.getKey())) instanceof PreviewHost.Elsewhere)) {
                return below(name, own.getValue(), Optional.of(own.getKey()));
            }
        }
        return below(name, domains.common(), Optional.empty());
    }

    private static PreviewHost below(String name, String domain, Optional<OrganizationId> only) {
        var suffix = "." + domain.toLowerCase(Locale.ROOT);
        if (!name.endsWith(suffix)) {
            return new Elsewhere();
        }
        var below = name.substring(0, name.length() - suffix.length());
        var match = NAME.matcher(below);
        if (match.matches()) {
            return port(match.group(1), match.group(2), only);
        }
        return below.startsWith("sb-") || below.contains(".sb-") ? new Nowhere() : new Elsewhere();
    }

    private static PreviewHost port(String sandbox, String port, Optional<OrganizationId> only) {
        try {
            return new Port(new SandboxId(sandbox), PreviewPort.parse(port), only);
        } catch (InvalidValue e) {
            return new Nowhere();
        }
    }
}
