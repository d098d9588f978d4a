/** Whether an upstream's certificate was taken back by its authority. */
@NullMarked
package dev.sealbox.proxy.revocation;

import org.jspecify.annotations.NullMarked;
