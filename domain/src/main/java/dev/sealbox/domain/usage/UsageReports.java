package dev.sealbox.domain.usage;

import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Port: what an organisation's sandboxes used. Thread-safe. Follows the events and the hosts within seconds. A stage fails
 * when the database is out of reach.
 */
public interface UsageReports {

    CompletionStage<Page<OfSandbox>> bySandbox(OrganizationId organization, UsageQuery query);

    /** The sandboxes that have the tag {@code key}, by its values; what has no such tag is in {@link ByTag#untagged}. */
    CompletionStage<ByTag> byTag(OrganizationId organization, String key, UsageQuery query);

    CompletionStage<List<UsageSlice>> ofSandbox(OrganizationId organization, SandboxId sandbox, UsageWindow window);

    /** All keys of tags, with how many sandboxes and how many different values they have, sorted. */
    CompletionStage<List<TagKey>> tagKeys(OrganizationId organization);

    /** In GiB-seconds. */
    record Amount(double memory, double diskOverage) {}

    record OfSandbox(
            SandboxId sandbox,
            String status,
            Map<String, String> tags,
            Optional<Instant> tagsUpdatedAt,
            Amount amount) {}

    record OfValue(String value, int sandboxes, Amount amount) {}

    /**
     * A part of what a query finds.
     *
     * @param total of all, on whatever page
     */
    record Page<T>(Amount total, List<T> items, boolean complete) {}

    record ByTag(Page<OfValue> page, int untaggedSandboxes, Amount untagged) {}

    record TagKey(String key, int sandboxes, int values) {}
}
