package dev.sealbox.benchmarks;

import dev.sealbox.demo.story.World;
import java.util.List;

/** One thing to measure. */
interface Benchmark {
    /** Measures it against a running node and leaves no sandbox behind. */
    List<Samples> measure(World world);
}
