/** The ledger of use: from the proxy, over a spool on disk where need be, into the database, and back to whoever asks. */
@NullMarked
package dev.sealbox.persistence.ledger;

import org.jspecify.annotations.NullMarked;
