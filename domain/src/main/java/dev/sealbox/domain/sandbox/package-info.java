/** Sandboxes: their life, their layers of stores, and the machine that runs them. */
@NullMarked
package dev.sealbox.domain.sandbox;

import org.jspecify.annotations.NullMarked;
