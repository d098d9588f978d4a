/** A node is killed again and again in the middle of its work. */
@NullMarked
package dev.sealbox.demo.crash;

import org.jspecify.annotations.NullMarked;
