/** The machines that run sandboxes, and how the rest of the cluster reaches them. */
@NullMarked
package dev.sealbox.server.host;

import org.jspecify.annotations.NullMarked;
