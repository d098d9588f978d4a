/** Ports of sandboxes that can be reached from outside: what is exposed, to whom, and the ports that lead there. */
@NullMarked
package dev.sealbox.domain.preview;

import org.jspecify.annotations.NullMarked;
