/** Files of sandboxes outside sandboxes: layers that are packed up, brought elsewhere, and unpacked again. */
@NullMarked
package dev.sealbox.domain.layer;

import org.jspecify.annotations.NullMarked;
