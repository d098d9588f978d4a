@NullMarked
package dev.sealbox.proxy.websocket;

import org.jspecify.annotations.NullMarked;
