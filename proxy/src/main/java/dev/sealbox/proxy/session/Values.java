package dev.sealbox.proxy.session;

import dev.sealbox.domain.sealing.Encrypted;
import dev.sealbox.domain.sealing.Opening;
import dev.sealbox.domain.sealing.Plaintext;
import dev.sealbox.domain.sealing.SealContext;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The values that this node has in the clear: one copy of each, opened once however many sandboxes use it, and
 * overwritten when the last of them lets go. Thread-safe.
 */
final class Values {
    private final Map<Sealed, Shared> open = new ConcurrentHashMap<>();
    private final Opening opening;

    private record Sealed(SealContext context, Encrypted value) {}

    /** A copy that is open or being opened. The count changes only within the map's own lock for the key. */
    private static final class Shared {
        private final CompletableFuture<Plaintext> opening = new CompletableFuture<>();
        private int holders = 1;
    }

    Values(Opening opening) {
        this.opening = opening;
    }

    /** A hold on a value. */
    final class Value {
        private final Sealed key;
        private final Plaintext plaintext;

        private Value(Sealed key, Plaintext plaintext) {
            this.key = key;
            this.plaintext = plaintext;
        }

        /** Only while held. */
        Plaintext plaintext() {
            return plaintext;
        }

        /** Ends the hold; once for each. */
        void release() {
            Values.this.release(key);
        }
    }

    /** Holds a value, opened if nobody on this node has it. Fails when it does not open. */
    CompletionStage<Value> take(SealContext context, Encrypted value) {
        var key = new Sealed(context, value);
        var fresh = new Shared();
        var shared = open.compute(key, (same, present) -> present == null ? fresh : held(present));
        if (shared.equals(fresh)) {
            var unused = opened(key).whenComplete((opened, failure) -> settle(key, fresh, opened, failure));
        }
        return held(key, shared);
    }

    private CompletionStage<Plaintext> opened(Sealed key) {
        try {
            return opening.open(key.context(), key.value());
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Holds a value if somebody on this node has it; nothing is opened. */
    Optional<CompletionStage<Value>> known(SealContext context, Encrypted value) {
        var key = new Sealed(context, value);
        return Optional.ofNullable(open.computeIfPresent(key, (same, present) -> held(present)))
                .map(shared -> held(key, shared));
    }

    private static Shared held(Shared shared) {
        shared.holders++;
        return shared;
    }

    private CompletionStage<Value> held(Sealed key, Shared shared) {
        return shared.opening.thenApply(plaintext -> new Value(key, plaintext));
    }

    private void settle(Sealed key, Shared shared, @Nullable Plaintext opened, @Nullable Throwable failure) {
        if (opened == null) {
            open.remove(key, shared);
            shared.opening.completeExceptionally(failure == null ? new IllegalStateException("no value") : failure);
        } else {
            shared.opening.complete(opened);
        }
    }

    private void release(Sealed key) {
        open.computeIfPresent(key, (same, shared) -> {
            shared.holders--;
            if (shared.holders > 0) {
                return shared;
            }
            var unused = shared.opening.thenAccept(Plaintext::close);
            return null;
        });
    }
}
