package dev.sealbox.server;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** What of a node enters a cluster, and no more of it. */
final class DiscoveredNode implements AutoCloseable {
    private final ActorSystem<Void> system;
    private final Membership membership;

    private DiscoveredNode(ActorSystem<Void> system) {
        this.system = system;
        this.membership = new Membership(system);
    }

    /** At that address, on ports that nobody else uses there; it has not entered yet. */
    static DiscoveredNode at(String address, int port, String settings) {
        var config = ConfigFactory.parseString("akka.remote.artery.canonical { hostname = \"" + address
                        + "\", port = 25520 }, akka.management.http { hostname = \"" + address + "\", port = " + port
                        + " }, akka.loglevel = WARNING, akka.cluster.shutdown-after-unsuccessful-join-seed-nodes = off\n"
                        + "akka.management.cluster.bootstrap.contact-point-discovery.stable-margin = 1 s\n" + settings)
                .withFallback(ConfigFactory.load());
        return new DiscoveredNode(ActorSystem.create(
                Behaviors.empty(), "sealbox", ClusterSettings.from(config).over(config)));
    }

    void enter(Config config) {
        membership.enter(
                java.util.List.of(), ClusterSettings.from(config).discovery().isPresent(), Duration.ofMinutes(2));
    }

    Config config() {
        return system.settings().config();
    }

    /** Addresses of the members that are up. */
    Set<String> members() {
        return StreamSupport.stream(Cluster.get(system).state().getMembers().spliterator(), false)
                .filter(member -> member.status().equals(MemberStatus.up()))
                .map(member -> member.address().host().get())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Arguments: address, port, and how many members to wait for; prints them. */
    public static void main(String... args) throws InterruptedException {
        try (var node = at(args[0], Integer.parseInt(args[1]), "")) {
            node.enter(node.config());
            Waiting.until(
                    "see the others",
                    Duration.ofMinutes(2),
                    () -> node.members().size() >= Integer.parseInt(args[2]));
            System.out.println(node.members());
            System.in.read();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** At once: nobody is left to hand anything to. */
    @Override
    public void close() {
        system.terminate();
        Waiting.on("end", system.getWhenTerminated());
    }
}
