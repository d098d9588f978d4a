package dev.sealbox.server;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;

/** {@code serve}: runs a node in the foreground until it is told to stop. */
@CommandLine.Command(name = "serve", description = "Run a node: API, sandbox host and egress proxy.")
final class Serve implements Callable<Integer> {
    private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    /** So that whoever watches the process starts it again. */
    private static final int EXCLUDED = 3;

    /** For a node that has lost its place, to close what it can. */
    private static final Duration STOPPING = Duration.ofSeconds(10);

    @Override
    public Integer call() throws InterruptedException {
        try {
            var node = Node.start(ConfigFactory.load(), OUT);
            node.whenToldToEnd(() -> {
                node.stop();
                // By itself a signal would make it 143, but a clean stop is 0.
                Runtime.getRuntime().halt(0);
            });
            OUT.println("ready " + node.address());
            var excluded = new CountDownLatch(1);
            node.excluded().thenAccept(done -> excluded.countDown());
            excluded.await();
            System.err.println("sealbox: this node lost its place in the cluster; start it again to join anew");
            stopSoon(node);
            Runtime.getRuntime().halt(EXCLUDED);
            return EXCLUDED;
        } catch (StartFailure | ConfigException | IllegalArgumentException e) {
            System.err.println("sealbox: " + String.valueOf(e.getMessage()).replace('\n', ' '));
            return 1;
        }
    }

    /** What waits for the actor system, which is gone, is not waited for: a crash at any point is recovered from, too. */
    private static void stopSoon(Node node) throws InterruptedException {
        var stopping = Thread.ofPlatform().name("stop").daemon().start(node::stop);
        if (!stopping.join(STOPPING)) {
            System.err.println("sealbox: not everything was closed within " + STOPPING.toSeconds() + " s");
        }
    }
}
