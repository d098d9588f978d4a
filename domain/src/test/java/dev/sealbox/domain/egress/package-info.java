@NullMarked
package dev.sealbox.domain.egress;

import org.jspecify.annotations.NullMarked;
