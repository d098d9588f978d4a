/** Webhooks in the database: destinations, the outbox that follows the events, and its delivery. */
@NullMarked
package dev.sealbox.persistence.webhook;

import org.jspecify.annotations.NullMarked;
