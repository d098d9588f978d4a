/** A client's connection from its first byte to its last. */
@NullMarked
package dev.sealbox.proxy.tunnel;

import org.jspecify.annotations.NullMarked;
