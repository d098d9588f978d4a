/** Secret stores: named secrets and the hosts that may be reached with them. */
@NullMarked
package dev.sealbox.domain.store;

import org.jspecify.annotations.NullMarked;
