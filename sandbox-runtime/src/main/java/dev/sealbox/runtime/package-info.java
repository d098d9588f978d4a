/** Sandboxes as OCI containers of this host, run by runc as root on Linux. */
@NullMarked
package dev.sealbox.runtime;

import org.jspecify.annotations.NullMarked;
