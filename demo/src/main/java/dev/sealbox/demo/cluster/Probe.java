package dev.sealbox.demo.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** What operators ask nodes, without a key. */
final class Probe implements AutoCloseable {
    private static final long PAUSE_NANOS = Duration.ofMillis(100).toNanos();

    private final ClusterWorld world;
    private final HttpClient http = HttpClient.newHttpClient();

    Probe(ClusterWorld world) {
        this.world = world;
    }

    /** Node {@code index}'s answer; fails when it gives none. */
    HttpResponse<String> ask(int index, String path) {
        try {
            var request = HttpRequest.newBuilder(URI.create(world.node(index).api() + path))
                    .build();
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** What the first node says of itself under this name; 0 when it says nothing. */
    int metric(String name) {
        var told = ask(1, "/metrics").body().lines().filter(line -> line.startsWith(name + " "));
        return told.map(line -> (int) Double.parseDouble(line.split(" ", 2)[1]))
                .findFirst()
                .orElse(0);
    }

    /** Whether it comes to be so in this time. */
    static boolean within(Duration patience, BooleanSupplier condition) {
        var deadline = System.nanoTime() + patience.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        return true;
    }

    @Override
    public void close() {
        http.close();
    }
}
