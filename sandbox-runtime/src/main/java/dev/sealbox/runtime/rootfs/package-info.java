/** Root filesystems: templates, and the files that every sandbox gets at its start. */
@NullMarked
package dev.sealbox.runtime.rootfs;

import org.jspecify.annotations.NullMarked;
