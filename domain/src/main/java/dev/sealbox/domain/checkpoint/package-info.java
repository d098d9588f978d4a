/** Checkpoints: what a sandbox was, and what its forks start from. */
@NullMarked
package dev.sealbox.domain.checkpoint;

import org.jspecify.annotations.NullMarked;
