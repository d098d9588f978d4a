/** The Java client: secret stores, sandboxes, their commands, files and checkpoints. */
@NullMarked
package dev.sealbox.client;

import org.jspecify.annotations.NullMarked;
