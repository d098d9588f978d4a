@NullMarked
package dev.sealbox.domain.ledger;

import org.jspecify.annotations.NullMarked;
