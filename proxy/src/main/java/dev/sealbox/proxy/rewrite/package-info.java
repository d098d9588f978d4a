/** Requests: sealed tokens become values, where the policy permits. */
@NullMarked
package dev.sealbox.proxy.rewrite;

import org.jspecify.annotations.NullMarked;
