/** Layers as streams: packed into compressed tars, and made again of what may come from anywhere. */
@NullMarked
package dev.sealbox.runtime.layer;

import org.jspecify.annotations.NullMarked;
