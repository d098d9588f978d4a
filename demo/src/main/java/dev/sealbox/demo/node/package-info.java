/** A node as its own process, started by the same launcher that people use. */
@NullMarked
package dev.sealbox.demo.node;

import org.jspecify.annotations.NullMarked;
