package dev.sealbox.demo.story;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.stream.Stream;

/** The last step: the values of this run are nowhere but where they belong. */
final class Nowhere {
    private final World world;
    private final Report report;

    Nowhere(World world, Report report) {
        this.world = world;
        this.report = report;
    }

    /** While sandboxes run. */
    void prove(Shell shell) {
        report.step("9. Where the real values are: nowhere");
        var values = world.values().traces();
        var note = List.of(Forks.NOTE.getBytes(UTF_8));
        var files = new Search(Stream.concat(values.stream(), note.stream()).toList()).below(world.folder());
        report.prove(
                "no log, no file of the data folder, the database's and the sandboxes' files included ("
                        + files.extent() + ")",
                files.found(values).isEmpty(),
                files.found(values).toString());
        report.prove(
                "where the same search does find what is there",
                !files.found(note).isEmpty(),
                "it did not find a sandbox's own file");

        var processes = new Search(values).processes();
        report.prove(
                "no environment and no command line of any process of this machine",
                processes.found().isEmpty(),
                processes.found().toString());

        var inside =
                shell.run("sudo grep -rhaoE '%s' / --exclude-dir=proc --exclude-dir=sys --exclude-dir=dev | sort -u"
                        .formatted(Values.FORM));
        report.prove("no file that the sandbox can read", inside.stdout().isBlank(), "found some");

        var environments = shell.quietly(
                "(cat /proc/[0-9]*/environ; sudo sh -c 'cat /proc/[0-9]*/environ') 2>/dev/null | tr '\\0' '\\n' | sort -u");
        report.prove(
                "no environment of a process in the sandbox, which root in it can read",
                Shell.holdsToken(environments.stdout()) && !world.values().appearIn(environments.stdout()),
                "a value, or nothing at all");
    }
}
