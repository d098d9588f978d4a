@NullMarked
package dev.sealbox.persistence.serialization;

import org.jspecify.annotations.NullMarked;
