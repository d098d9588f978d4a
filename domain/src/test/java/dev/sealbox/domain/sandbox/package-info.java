@NullMarked
package dev.sealbox.domain.sandbox;

import org.jspecify.annotations.NullMarked;
