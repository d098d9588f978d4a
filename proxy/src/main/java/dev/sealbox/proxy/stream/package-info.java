/** The two sides of an exchange, whatever version of HTTP each of them speaks. */
@NullMarked
package dev.sealbox.proxy.stream;

import org.jspecify.annotations.NullMarked;
