/** The layer store: what hosts share, in pieces that are named by their content and encrypted with their organisation's key. */
@NullMarked
package dev.sealbox.persistence.layers;

import org.jspecify.annotations.NullMarked;
