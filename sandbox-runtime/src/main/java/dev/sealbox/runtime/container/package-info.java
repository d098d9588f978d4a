/** The container: its OCI configuration, its system call filter, and runc. */
@NullMarked
package dev.sealbox.runtime.container;

import org.jspecify.annotations.NullMarked;
