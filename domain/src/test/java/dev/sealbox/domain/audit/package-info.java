@NullMarked
package dev.sealbox.domain.audit;

import org.jspecify.annotations.NullMarked;
