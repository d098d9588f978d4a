/** The sides of an exchange on HTTP/1.1, where a connection carries one at a time. */
@NullMarked
package dev.sealbox.proxy.http1;

import org.jspecify.annotations.NullMarked;
