/**
 * What must be true of the proxy's parts whatever they are fed. Each {@link dev.sealbox.proxy.fuzz.Property} builds its
 * input from {@link dev.sealbox.proxy.fuzz.Choices}: those of a seed in the tests, a fuzzer's in the benchmarks.
 */
@NullMarked
package dev.sealbox.proxy.fuzz;

import org.jspecify.annotations.NullMarked;
