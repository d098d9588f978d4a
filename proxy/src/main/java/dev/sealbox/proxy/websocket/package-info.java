/** WebSocket messages (RFC 6455) on their way through: what stands in them is replaced, frames are made anew. */
@NullMarked
package dev.sealbox.proxy.websocket;

import org.jspecify.annotations.NullMarked;
