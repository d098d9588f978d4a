/** The sides of an exchange on HTTP/2, where a connection carries many at once. */
@NullMarked
package dev.sealbox.proxy.http2;

import org.jspecify.annotations.NullMarked;
