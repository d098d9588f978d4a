/** The form of archives: a tar whose first entry says what follows, whose second signs that, and whose others are layers. */
@NullMarked
package dev.sealbox.persistence.archive;

import org.jspecify.annotations.NullMarked;
