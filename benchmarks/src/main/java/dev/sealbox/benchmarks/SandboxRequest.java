package dev.sealbox.benchmarks;

import dev.sealbox.client.RunOptions;
import dev.sealbox.client.Sandbox;
import dev.sealbox.client.SandboxOptions;
import dev.sealbox.demo.story.World;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A small HTTPS request with a secret in a header, by the same Python program twice: in a sandbox, where it is
 * intercepted, and on the host, directly to the same upstream.
 */
final class SandboxRequest {
    private static final String HOST = "api.example.test";
    private static final String STORE = "bench";
    private static final int KEPT = 1000;
    private static final int NEW = 300;
    private static final int UNMEASURED = 1000;
    private static final Duration LIMIT = Duration.ofMinutes(5);

    private SandboxRequest() {}

    static List<Samples> measure(World world) {
        var stores = world.client().secretStores();
        var store = stores.create(STORE, List.of(HOST));
        stores.setSecret(store.id(), "API_KEY", world.values().api());
        try (var sandbox =
                Sandbox.create(world.client(), SandboxOptions.defaults().secretStore(STORE))) {
            sandbox.files().write("requests.py", program());
            return List.of(
                    new Samples("proxied request, kept connection", inside(sandbox, "kept", KEPT)),
                    new Samples("  directly, kept connection", outside(world, "kept", KEPT)),
                    new Samples("proxied request, new connection", inside(sandbox, "new", NEW)),
                    new Samples("  directly, new connection", outside(world, "new", NEW)));
        } finally {
            stores.delete(store.id());
        }
    }

    private static List<Long> inside(Sandbox sandbox, String mode, int times) {
        var line = "python3 requests.py %s 443 %s %s %d %d".formatted(HOST, HOST, mode, UNMEASURED, times);
        var result = sandbox.commands().run(line, RunOptions.defaults().timeout(LIMIT));
        if (result.exitCode() != 0) {
            throw new IllegalStateException("the requests in the sandbox failed: " + result.stderr());
        }
        return parsed(result.stdout());
    }

    private static List<Long> outside(World world, String mode, int times) {
        var builder = new ProcessBuilder(
                "python3",
                "-",
                "127.0.0.1",
                Integer.toString(world.upstream().port()),
                HOST,
                mode,
                Integer.toString(UNMEASURED),
                Integer.toString(times));
        builder.environment().put("SSL_CERT_FILE", world.certificates().toString());
        builder.environment().put("API_KEY", "osb_sealed_00000000000000000000000000000000");
        try {
            var process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
            try (var in = process.getOutputStream()) {
                in.write(program().getBytes(StandardCharsets.UTF_8));
            }
            var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException("the requests on the host failed");
            }
            return parsed(output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while requests were sent", e);
        }
    }

    private static List<Long> parsed(String output) {
        return output.lines().map(Long::valueOf).toList();
    }

    private static String program() {
        try (InputStream in = SandboxRequest.class.getResourceAsStream("requests.py")) {
            if (in == null) {
                throw new IllegalStateException(Path.of("requests.py") + " is not among the resources");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
