@NullMarked
package dev.sealbox.persistence.archive;

import org.jspecify.annotations.NullMarked;
