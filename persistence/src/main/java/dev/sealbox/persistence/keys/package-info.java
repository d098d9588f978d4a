/** Where a value is encrypted, and forgotten. */
@NullMarked
package dev.sealbox.persistence.keys;

import org.jspecify.annotations.NullMarked;
