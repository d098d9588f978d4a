package dev.sealbox.http;

import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.egress.HostName;
import dev.sealbox.domain.identity.OrganizationId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The domains below which previews are: one for all sandboxes, and some for those of one organisation each, whose owner
 * the operator has verified.
 *
 * @param own lower case, each of one organisation only, none at, above or below the common one or another
 */
public record PreviewDomains(String common, Map<OrganizationId, String> own) {
    public PreviewDomains {
        own = Map.copyOf(own);
    }

    /**
     * Reads {@code organisation=domain,…}.
     *
     * @throws InvalidValue in words for the operator
     */
    static PreviewDomains parse(String common, String text) {
        var own = new LinkedHashMap<OrganizationId, String>();
        for (var entry : text.isBlank() ? List.<String>of() : List.of(text.split(",", -1))) {
            var parts = entry.strip().split("=", 2);
            if (parts.length < 2) {
                throw new InvalidValue("preview.domains is organisation=domain, with commas between");
            }
            var domain = HostName.ofWire(parts[1]).value();
            var others = new ArrayList<>(own.values());
            others.add(common.toLowerCase(Locale.ROOT));
            if (others.stream().anyMatch(other -> overlap(domain, other))) {
                throw new InvalidValue("in preview.domains " + domain + " overlaps another domain of previews");
            }
            if (own.put(new OrganizationId(parts[0]), domain) != null) {
                throw new InvalidValue("in preview.domains " + parts[0] + " has two domains");
            }
        }
        return new PreviewDomains(common, own);
    }

    private static boolean overlap(String one, String other) {
        return one.equals(other) || one.endsWith("." + other) || other.endsWith("." + one);
    }

    Optional<String> of(OrganizationId organization) {
        return Optional.ofNullable(own.get(organization));
    }
}
