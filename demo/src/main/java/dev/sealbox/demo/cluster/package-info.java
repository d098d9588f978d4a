/** Three nodes as one system, what happens when some of them die or are cut off, and what is kept. */
@NullMarked
package dev.sealbox.demo.cluster;

import org.jspecify.annotations.NullMarked;
