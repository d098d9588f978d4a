/** The other side: names, addresses, connections and their reuse. */
@NullMarked
package dev.sealbox.proxy.upstream;

import org.jspecify.annotations.NullMarked;
