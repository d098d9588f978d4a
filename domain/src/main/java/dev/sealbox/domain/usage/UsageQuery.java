package dev.sealbox.domain.usage;

import java.util.Map;
import java.util.Set;

/**
 * Which usage is asked for, and how much of it at a time.
 *
 * @param tags by key: only sandboxes that have one of these values
 * @param byDisk whether those with the most disk come first, not those with the most memory
 * @param skip how many are on earlier pages
 */
public record UsageQuery(UsageWindow window, Map<String, Set<String>> tags, boolean byDisk, int limit, int skip) {
    public UsageQuery {
        tags = Map.copyOf(tags);
    }
}
