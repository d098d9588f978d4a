@NullMarked
package dev.sealbox.persistence;

import org.jspecify.annotations.NullMarked;
