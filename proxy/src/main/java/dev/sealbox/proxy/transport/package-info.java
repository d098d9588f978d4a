/** Channels, event loops and the actors that live on them. */
@NullMarked
package dev.sealbox.proxy.transport;

import org.jspecify.annotations.NullMarked;
