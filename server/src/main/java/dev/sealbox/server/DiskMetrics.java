package dev.sealbox.server;

import dev.sealbox.runtime.OciRuntime;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/** Measures the room on a host's disk: {@code sealbox_disk_free_bytes} and {@code sealbox_disk_reserve_bytes}. */
final class DiskMetrics {
    private DiskMetrics() {}

    static void watch(OciRuntime runtime, MeterRegistry registry) {
        Gauge.builder("sealbox.disk.free", runtime, watched -> watched.room().freeBytes())
                .baseUnit("bytes")
                .description("What can still be written on the disk of sandboxes and layers")
                .register(registry);
        Gauge.builder("sealbox.disk.reserve", runtime, watched -> watched.room().reserveBytes())
                .baseUnit("bytes")
                .description("With less free than this, nothing new is begun on this host")
                .register(registry);
    }
}
