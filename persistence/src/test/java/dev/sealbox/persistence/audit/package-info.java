@NullMarked
package dev.sealbox.persistence.audit;

import org.jspecify.annotations.NullMarked;
