/** The proof that nobody has changed the log, and the table that tells it: hash chain, signed heads, listing. */
@NullMarked
package dev.sealbox.persistence.audit;

import org.jspecify.annotations.NullMarked;
