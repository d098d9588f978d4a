/** HTTP/1.1 messages as bytes: one strict grammar for both sides, so nobody can be told two stories. */
@NullMarked
package dev.sealbox.proxy.codec;

import org.jspecify.annotations.NullMarked;
