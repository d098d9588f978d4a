@NullMarked
package dev.sealbox.persistence.ledger;

import org.jspecify.annotations.NullMarked;
