package dev.sealbox.server.host;

import akka.actor.AddressFromURIString;
import akka.actor.typed.ActorSystem;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.sealbox.domain.egress.EgressGate;
import dev.sealbox.domain.egress.EgressPolicy;
import dev.sealbox.domain.egress.SandboxAddress;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.SandboxId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** A host in a process of its own, which gives layers to others and can be killed. */
final class GivingHost implements AutoCloseable {
    static final HostId ID = new HostId("giving");

    /** Some times as much as is on the way. */
    static final long LAYER = 16L << 20;

    private final Process process;

    private GivingHost(Process process) {
        this.process = process;
    }

    /** Joins the cluster of {@code system}, and has one layer. */
    static GivingHost start(ActorSystem<?> system, CheckpointId layer) throws IOException {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var classes = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return new GivingHost(new ProcessBuilder(
                        java,
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        classes,
                        GivingHost.class.getName(),
                        system.name(),
                        Cluster.get(system).selfMember().address().toString(),
                        layer.toString())
                .redirectErrorStream(true)
                .redirectOutput(Path.of("target", "giving-host.log").toFile())
                .start());
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** With SIGKILL. */
    void kill() {
        process.destroyForcibly().onExit().orTimeout(60, TimeUnit.SECONDS).join();
    }

    @Override
    public void close() {
        kill();
    }

    /** Of one node of a cluster of tests. */
    static Config config() {
        return ConfigFactory.parseString("""
                        akka.actor {
                          provider = cluster
                          serialize-messages = on
                          no-serialization-verification-needed-class-prefix = ["akka.", "dev.sealbox.server.host.HostDirectory", "dev.sealbox.server.host.HostLosses"]
                        }
                        akka.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
                        akka.coordinated-shutdown.exit-jvm = off
                        """)
                .withFallback(ConfigFactory.parseResources("sealbox-journal.conf"))
                .withFallback(ConfigFactory.parseResourcesAnySyntax("reference.conf"))
                .resolve();
    }

    /** Its arguments are the cluster's name, a member's address and the layer. */
    public static void main(String[] arguments) throws IOException {
        // Whoever started it may have been killed.
        Thread.ofPlatform()
                .daemon()
                .start(() -> endWith(ProcessHandle.current().parent().orElseThrow()));
        var held = new LargeLayers(LAYER);
        held.layers.put(CheckpointId.parse(arguments[2]), List.of());
        var layered = Layered.over(held, Optional.empty(), layer -> List.of(), Duration.ofMinutes(1));
        var folder = java.nio.file.Files.createDirectories(Path.of("target", "giving-host"));
        var system = ActorSystem.create(
                HostActor.create(
                        host(folder), new MemoryLayers(), layered, new AskedRegistrar(new CompletableFuture<>(), 0)),
                arguments[0],
                config());
        Cluster.get(system).manager().tell(Join.create(AddressFromURIString.parse(arguments[1])));
    }

    private static void endWith(ProcessHandle parent) {
        parent.onExit().join();
        Runtime.getRuntime().halt(1);
    }

    private static Host host(Path folder) {
        var runtime = new MemoryRuntime();
        return new Host(
                ID,
                runtime,
                runtime,
                runtime,
                new NoGate(),
                organization -> CompletableFuture.completedFuture("PEM"),
                HostCapacity.of(
                        ID,
                        new CapacitySettings(Optional.empty(), 100, 100, Map.of()),
                        folder.resolve("draining"),
                        () -> false,
                        () -> Set.of("base")),
                folder.resolve("last-uses"));
    }

    /** Nothing is started here. */
    private static final class NoGate implements EgressGate {
        @Override
        public CompletionStage<Void> admit(SandboxAddress address, EgressPolicy policy) {
            return CompletableFuture.failedFuture(new IllegalStateException("no gate"));
        }

        @Override
        public CompletionStage<Void> expel(SandboxId sandbox) {
            return CompletableFuture.allOf();
        }
    }
}
