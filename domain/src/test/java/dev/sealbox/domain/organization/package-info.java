@NullMarked
package dev.sealbox.domain.organization;

import org.jspecify.annotations.NullMarked;
