@NullMarked
package dev.sealbox.domain.repeat;

import org.jspecify.annotations.NullMarked;
