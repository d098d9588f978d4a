/** Tests of what the fault suite believes. */
@NullMarked
package dev.sealbox.demo.chaos;

import org.jspecify.annotations.NullMarked;
