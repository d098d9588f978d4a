@NullMarked
package dev.sealbox.domain.sealing;

import org.jspecify.annotations.NullMarked;
