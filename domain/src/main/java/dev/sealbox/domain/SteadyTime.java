package dev.sealbox.domain;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * Time for ages and deadlines: begins as the wall clock's, and then passes as time does, whatever is done to the wall clock.
 * What is told to people, or compared with what another process has written, is the wall clock's. Thread-safe.
 */
public final class SteadyTime implements InstantSource {
    private final Instant began;
    private final LongSupplier nanos;
    private final long beganNanos;

    /** Of this process, from now on. */
    public SteadyTime() {
        this(InstantSource.system(), System::nanoTime);
    }

    SteadyTime(InstantSource wall, LongSupplier nanos) {
        this.nanos = nanos;
        this.began = wall.instant();
        this.beganNanos = nanos.getAsLong();
    }

    @Override
    public Instant instant() {
        return began.plus(Duration.ofNanos(nanos.getAsLong() - beganNanos));
    }
}
