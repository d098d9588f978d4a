/** Tables of what sandboxes used, and of what reports say about them. */
@NullMarked
package dev.sealbox.persistence.usage;

import org.jspecify.annotations.NullMarked;
