/** Which host a sandbox runs on, and what becomes of it when that host is gone. */
@NullMarked
package dev.sealbox.domain.placement;

import org.jspecify.annotations.NullMarked;
