/** Which sandbox sits at which address, and what it may do now. */
@NullMarked
package dev.sealbox.proxy.session;

import org.jspecify.annotations.NullMarked;
