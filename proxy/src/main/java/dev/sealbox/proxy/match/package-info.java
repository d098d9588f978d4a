/** Finding and replacing many byte strings in one pass over a stream. */
@NullMarked
package dev.sealbox.proxy.match;

import org.jspecify.annotations.NullMarked;
