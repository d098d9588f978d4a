/** The egress proxy alone: one session for clients on this machine, no control plane, nothing stored. */
@NullMarked
package dev.sealbox.server.alone;

import org.jspecify.annotations.NullMarked;
