/** The cluster, with real nodes on machines of their own. */
@NullMarked
package dev.sealbox.demo.cluster;

import org.jspecify.annotations.NullMarked;
