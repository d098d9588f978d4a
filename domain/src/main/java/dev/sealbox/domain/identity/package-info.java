/** Who is asking, from where, in which request. */
@NullMarked
package dev.sealbox.domain.identity;

import org.jspecify.annotations.NullMarked;
