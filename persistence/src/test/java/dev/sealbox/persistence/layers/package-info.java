@NullMarked
package dev.sealbox.persistence.layers;

import org.jspecify.annotations.NullMarked;
