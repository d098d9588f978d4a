/** The resolver that sandboxes see; it answers by policy and forwards nothing. */
@NullMarked
package dev.sealbox.proxy.dns;

import org.jspecify.annotations.NullMarked;
