/** Responses: values become sealed tokens again before the sandbox sees them. */
@NullMarked
package dev.sealbox.proxy.reseal;

import org.jspecify.annotations.NullMarked;
