package dev.sealbox.runtime;

import dev.sealbox.runtime.storage.StorageKind;

/** Disks that are copied. */
class OverlayDisksIT extends DisksTests {
    OverlayDisksIT() {
        super(StorageKind.OVERLAY, 17);
    }
}
