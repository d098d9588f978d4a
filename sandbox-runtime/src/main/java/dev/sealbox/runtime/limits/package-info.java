/** What a sandbox may use of its host, and how its processes are paused. */
@NullMarked
package dev.sealbox.runtime.limits;

import org.jspecify.annotations.NullMarked;
