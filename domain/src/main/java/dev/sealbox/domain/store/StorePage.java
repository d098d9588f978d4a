package dev.sealbox.domain.store;

import dev.sealbox.domain.identity.StoreName;
import java.util.List;
import java.util.Optional;

/**
 * Some of an organisation's stores, ordered by name.
 *
 * @param next the name behind which the next page begins; empty when this is the last
 */
public record StorePage(List<StoreSummary> stores, Optional<StoreName> next) {
    public StorePage {
        stores = List.copyOf(stores);
    }
}
