@NullMarked
package dev.sealbox.benchmarks.egress;

import org.jspecify.annotations.NullMarked;
