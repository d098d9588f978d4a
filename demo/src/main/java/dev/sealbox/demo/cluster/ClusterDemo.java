package dev.sealbox.demo.cluster;

import dev.sealbox.demo.story.Report;

/** {@code ./sealbox cluster-demo}: prints what was kept while nodes died. Exit status 0 only when every proof held. */
public final class ClusterDemo {
    private ClusterDemo() {}

    public static void main(String[] arguments) {
        var report = new Report(System.out);
        var told = tell(report);
        report.table();
        if (!told) {
            System.out.println("The story was not told to its end.");
        }
        System.exit(told && report.allHeld() ? 0 : 1);
    }

    private static boolean tell(Report report) {
        System.out.println("Making three machines of network namespaces; all of it is removed at the end.");
        try (var world = new ClusterWorld()) {
            Runtime.getRuntime().addShutdownHook(new Thread(world::close));
            new ClusterStory(world, report).tell();
            return true;
        } catch (RuntimeException e) {
            System.err.println("The story broke off: " + e);
            return false;
        }
    }
}
