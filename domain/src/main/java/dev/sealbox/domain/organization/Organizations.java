package dev.sealbox.domain.organization;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Port: the organisations of a deployment, for those who run it. Thread-safe. */
public interface Organizations {

    /** An organisation and when its first key was made. */
    record Summary(OrganizationId id, Instant createdAt) {}

    /** Ordered by id. */
    CompletionStage<List<Summary>> list();

    /**
     * Makes an organisation with one administrator's key. Refused when it exists.
     *
     * @param origin who asks, in the name of the organisation that is to be
     */
    CompletionStage<Outcome<IssuedKey>> create(Origin origin);
}
