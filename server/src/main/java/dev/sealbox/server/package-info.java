/** The process: a node is put together here and nowhere else. */
@NullMarked
package dev.sealbox.server;

import org.jspecify.annotations.NullMarked;
