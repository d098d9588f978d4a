/** Sealed tokens, encrypted values, and the rare places where a plaintext may be read. */
@NullMarked
package dev.sealbox.domain.sealing;

import org.jspecify.annotations.NullMarked;
