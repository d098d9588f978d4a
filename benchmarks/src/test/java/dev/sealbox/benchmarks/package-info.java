@NullMarked
package dev.sealbox.benchmarks;

import org.jspecify.annotations.NullMarked;
