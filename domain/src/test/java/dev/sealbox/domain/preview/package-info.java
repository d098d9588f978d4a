@NullMarked
package dev.sealbox.domain.preview;

import org.jspecify.annotations.NullMarked;
