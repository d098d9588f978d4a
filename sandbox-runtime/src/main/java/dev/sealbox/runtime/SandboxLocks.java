package dev.sealbox.runtime;

import dev.sealbox.domain.identity.SandboxId;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** Sees to it that one sandbox is changed by one thread at a time. Two sandboxes hardly ever wait for each other. */
final class SandboxLocks {
    private final ReentrantLock[] stripes =
            IntStream.range(0, 1024).mapToObj(each -> new ReentrantLock()).toArray(ReentrantLock[]::new);

    <T> T alone(SandboxId sandbox, Supplier<T> change) {
        var stripe = stripes[Math.floorMod(sandbox.hashCode(), stripes.length)];
        stripe.lock();
        try {
            return change.get();
        } finally {
            stripe.unlock();
        }
    }
}
