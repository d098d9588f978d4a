@NullMarked
package dev.sealbox.domain.store;

import org.jspecify.annotations.NullMarked;
