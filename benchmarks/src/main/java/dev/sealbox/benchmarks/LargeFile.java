package dev.sealbox.benchmarks;

import dev.sealbox.client.Sandbox;
import dev.sealbox.demo.story.World;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** One large file into a sandbox and back. */
final class LargeFile {
    private static final int MEBIBYTES = 512;
    private static final byte[] PIECE = new byte[1 << 20];

    private LargeFile() {}

    static List<Samples> measure(World world, Sandbox sandbox) {
        try (var http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            var file = URI.create(world.node().api() + "/api/sandboxes/" + sandbox.id() + "/files?path=large");
            var written = Samples.of("", 1, 5, () -> write(http, world, file));
            var read = Samples.of("", 1, 5, () -> read(http, world, file));
            sandbox.commands().run("rm large");
            return List.of(named("write", written), named("read", read));
        }
    }

    private static Samples named(String verb, Samples samples) {
        var name = String.format(
                Locale.ROOT,
                "%s of a file of %d MiB: %.0f MiB/s",
                verb,
                MEBIBYTES,
                MEBIBYTES * 1000 / samples.medianMillis());
        return new Samples(name, samples.nanos()).aiming("300 MiB/s", MEBIBYTES * 1000 / samples.medianMillis() >= 300);
    }

    private static void write(HttpClient http, World world, URI file) {
        var body = BodyPublishers.fromPublisher(
                BodyPublishers.ofByteArrays(Collections.nCopies(MEBIBYTES, PIECE)), (long) MEBIBYTES << 20);
        try {
            var answer = http.send(
                    HttpRequest.newBuilder(file)
                            .header("X-API-Key", world.apiKey())
                            .PUT(body)
                            .build(),
                    BodyHandlers.ofString());
            if (answer.statusCode() / 100 != 2) {
                throw new IllegalStateException("not written: " + answer.body());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static void read(HttpClient http, World world, URI file) {
        try (InputStream content = http.send(
                        HttpRequest.newBuilder(file)
                                .header("X-API-Key", world.apiKey())
                                .build(),
                        BodyHandlers.ofInputStream())
                .body()) {
            var piece = new byte[1 << 20];
            long total = 0;
            for (int length; (length = content.read(piece)) >= 0; ) {
                total += length;
            }
            if (total != (long) MEBIBYTES << 20) {
                throw new IllegalStateException("only " + total + " bytes were read");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
