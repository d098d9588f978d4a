/** {@code ./sealbox bench}: how long the things take that people wait for, against a real node. */
@NullMarked
package dev.sealbox.benchmarks;

import org.jspecify.annotations.NullMarked;
