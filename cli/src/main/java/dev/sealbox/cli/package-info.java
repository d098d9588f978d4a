/** The operator's commands: what the HTTP API offers, at a terminal. */
@NullMarked
package dev.sealbox.cli;

import org.jspecify.annotations.NullMarked;
