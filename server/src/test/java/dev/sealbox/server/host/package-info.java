/** Tests of how hosts are reached. */
@NullMarked
package dev.sealbox.server.host;

import org.jspecify.annotations.NullMarked;
