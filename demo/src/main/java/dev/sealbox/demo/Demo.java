package dev.sealbox.demo;

import dev.sealbox.demo.story.Report;
import dev.sealbox.demo.story.Story;
import dev.sealbox.demo.story.World;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;

/** {@code ./sealbox demo}: the story on this machine, printed as it goes. Exit status 0 only when every proof held. */
public final class Demo {
    private Demo() {}

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
        System.out.println("Starting a node, a TLS upstream and a git server; all of it is removed at the end.");
        var world = World.open(Map.of());
        Runtime.getRuntime().addShutdownHook(new Thread(world::close));
        try {
            var story = new Story(world, report);
            story.tell();
            story.end();
            return true;
        } catch (RuntimeException e) {
            System.err.println("The story broke off:");
            System.err.println(world.values().hidden(trace(e)));
            return false;
        } finally {
            world.close();
        }
    }

    private static String trace(Throwable failure) {
        var text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString();
    }
}
