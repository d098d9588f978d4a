/** Images: declared root filesystems, their builds, and the snapshots that name them. */
@NullMarked
package dev.sealbox.domain.image;

import org.jspecify.annotations.NullMarked;
