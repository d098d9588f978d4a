/** The ledger of use: which sandbox used which secret where, and what it was refused. */
@NullMarked
package dev.sealbox.domain.ledger;

import org.jspecify.annotations.NullMarked;
