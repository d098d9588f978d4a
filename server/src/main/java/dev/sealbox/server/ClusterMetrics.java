package dev.sealbox.server;

import akka.actor.typed.ActorSystem;
import akka.cluster.Member;
import akka.cluster.typed.Cluster;
import dev.sealbox.server.host.Lease;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.stream.StreamSupport;

/**
 * Measures how this node sees its cluster: {@code sealbox_cluster_members}, {@code sealbox_cluster_unreachable},
 * {@code sealbox_cluster_versions} and, on a host, {@code sealbox_lease_holds}.
 */
final class ClusterMetrics {
    private ClusterMetrics() {}

    static void watch(ActorSystem<?> system, MeterRegistry registry) {
        var cluster = Cluster.get(system);
        Gauge.builder(
                        "sealbox.cluster.members",
                        cluster,
                        watched -> count(watched.state().getMembers()))
                .description("Members of the cluster, as this node knows it")
                .register(registry);
        Gauge.builder(
                        "sealbox.cluster.unreachable",
                        cluster,
                        watched -> count(watched.state().getUnreachable()))
                .description("Members that somebody cannot reach")
                .register(registry);
        Gauge.builder("sealbox.cluster.versions", cluster, ClusterMetrics::versions)
                .description("Versions of Sealbox among the members: more than one while an upgrade is under way")
                .register(registry);
    }

    private static long versions(Cluster cluster) {
        return StreamSupport.stream(cluster.state().getMembers().spliterator(), false)
                .map(Member::appVersion)
                .distinct()
                .count();
    }

    static void watch(Lease lease, MeterRegistry registry) {
        Gauge.builder("sealbox.lease.holds", lease, watched -> watched.holds() ? 1 : 0)
                .description("Whether this host may use secrets")
                .register(registry);
    }

    private static long count(Iterable<?> all) {
        return StreamSupport.stream(all.spliterator(), false).count();
    }
}
