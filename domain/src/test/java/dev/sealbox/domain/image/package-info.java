@NullMarked
package dev.sealbox.domain.image;

import org.jspecify.annotations.NullMarked;
