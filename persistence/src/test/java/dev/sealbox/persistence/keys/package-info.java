@NullMarked
package dev.sealbox.persistence.keys;

import org.jspecify.annotations.NullMarked;
