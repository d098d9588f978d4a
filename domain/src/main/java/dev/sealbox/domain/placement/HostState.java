package dev.sealbox.domain.placement;

import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.HostId;
import java.util.Map;
import java.util.Set;

/**
 * How a host is, as it told some seconds ago.
 *
 * @param memoryMB MiB that it may promise to sandboxes
 * @param promisedMB MiB that those which run there may use at most
 * @param freeMB MiB that its kernel could give to somebody now
 * @param cpus that it may promise
 * @param promisedCpus of those that run there
 * @param awake sandboxes that run there
 * @param asleep disks of sandboxes that do not run
 * @param diskFull whether nothing new is to be begun there for want of disk
 * @param draining whether it is to be emptied
 * @param templates whose root file systems it can make
 * @param layers that lie there
 * @param unshared layers that wait for the layer store
 * @param onlyHere while it is drained, disks of sandboxes of which nothing else is known to be: their files go with them
 * @param emptied whether it is drained and nothing runs there, and everything that others can have of it they have
 */
public record HostState(
        HostId host,
        long memoryMB,
        long promisedMB,
        long freeMB,
        int cpus,
        int promisedCpus,
        int awake,
        int asleep,
        boolean diskFull,
        boolean draining,
        Set<String> templates,
        Set<CheckpointId> layers,
        int unshared,
        int onlyHere,
        boolean emptied,
        Map<String, String> labels) {

    /** MiB that must be free for anything to start: a template's first processes, and some air for those that run. */
    public static final int LEAST_FREE_MB = 256;

    public HostState {
        templates = Set.copyOf(templates);
        layers = Set.copyOf(layers);
        labels = Map.copyOf(labels);
    }

    /** Of one that tells nothing but this, as earlier versions did: it takes what comes. */
    public static HostState untold(HostId host, boolean diskFull) {
        return new HostState(
                host,
                Long.MAX_VALUE / 2,
                0,
                Integer.MAX_VALUE,
                Integer.MAX_VALUE / 2,
                0,
                0,
                0,
                diskFull,
                false,
                Set.of(),
                Set.of(),
                0,
                0,
                false,
                Map.of());
    }

    /** Whether something new of this size can begin there. */
    public boolean fits(Size wanted) {
        return !diskFull && hasLeft(wanted);
    }

    /** Whether so much more can be promised, and some of it be given at once; disk apart. */
    public boolean hasLeft(Size wanted) {
        return promisedMB + wanted.memoryMB() <= memoryMB
                && promisedCpus + wanted.cpuCount() <= cpus
                && freeMB >= LEAST_FREE_MB;
    }

    /** The same host once it has also promised this. */
    public HostState with(Size more) {
        return new HostState(
                host,
                memoryMB,
                promisedMB + more.memoryMB(),
                freeMB,
                cpus,
                promisedCpus + more.cpuCount(),
                awake + 1,
                asleep,
                diskFull,
                draining,
                templates,
                layers,
                unshared,
                onlyHere,
                emptied,
                labels);
    }
}
