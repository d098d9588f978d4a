package dev.sealbox.persistence.ledger;

import dev.sealbox.domain.ledger.UseRecord;
import java.util.UUID;

/**
 * A record with the id that it has everywhere.
 *
 * @param id never given out twice; of one run of a node they ascend
 */
record Numbered(UUID id, UseRecord record) {}
