package dev.sealbox.benchmarks;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** The same thing, by several threads. */
final class Parallel {
    private Parallel() {}

    /** Does {@code work} so often, by so many threads; how long each took. */
    static List<Long> run(int threads, int times, Runnable work) {
        var left = new AtomicInteger(times);
        Queue<Long> nanos = new ConcurrentLinkedQueue<>();
        Queue<RuntimeException> failures = new ConcurrentLinkedQueue<>();
        var running = IntStream.range(0, threads)
                .mapToObj(thread -> Thread.ofPlatform().start(() -> {
                    while (left.getAndDecrement() > 0 && failures.isEmpty()) {
                        long start = System.nanoTime();
                        try {
                            work.run();
                        } catch (RuntimeException e) {
                            failures.add(e);
                        }
                        nanos.add(System.nanoTime() - start);
                    }
                }))
                .toList();
        running.forEach(Soak::join);
        if (!failures.isEmpty()) {
            throw failures.remove();
        }
        return List.copyOf(nanos);
    }
}
