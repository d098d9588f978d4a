/** Disks of sandboxes and the layers that checkpoints leave. */
@NullMarked
package dev.sealbox.runtime.storage;

import org.jspecify.annotations.NullMarked;
