@NullMarked
package dev.sealbox.domain.forgetting;

import org.jspecify.annotations.NullMarked;
