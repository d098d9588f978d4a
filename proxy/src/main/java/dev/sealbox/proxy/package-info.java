/** The egress proxy of a host node: what leaves a sandbox passes here, and here secrets take their tokens' place. */
@NullMarked
package dev.sealbox.proxy;

import org.jspecify.annotations.NullMarked;
