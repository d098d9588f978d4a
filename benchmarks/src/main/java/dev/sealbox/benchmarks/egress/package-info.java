/** {@code bench proxy}: the egress proxy alone under load, with upstream and load generator in processes of their own. */
@NullMarked
package dev.sealbox.benchmarks.egress;

import org.jspecify.annotations.NullMarked;
