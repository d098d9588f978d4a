@NullMarked
package dev.sealbox.domain.checkpoint;

import org.jspecify.annotations.NullMarked;
