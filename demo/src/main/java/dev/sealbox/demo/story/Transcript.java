package dev.sealbox.demo.story;

import dev.sealbox.client.CommandResult;
import java.util.ArrayList;
import java.util.List;

/** Everything that came out of sandboxes, searched for real values as it comes. */
final class Transcript {
    private final Values values;
    private final Report report;
    private final List<String> leaks = new ArrayList<>();
    private int commands;

    Transcript(Values values, Report report) {
        this.values = values;
        this.report = report;
    }

    void tell(String line, CommandResult result) {
        var seen = result.stdout()
                + (result.exitCode() == 0 ? "" : result.stderr() + "\nexit status " + result.exitCode());
        report.tell("sandbox$ " + line, values.hidden(seen));
    }

    void check(String line, CommandResult result) {
        commands++;
        if (values.appearIn(result.stdout()) || values.appearIn(result.stderr())) {
            leaks.add(line);
        }
    }

    void prove() {
        report.prove(
                "no output of any command in any sandbox held a real value (" + commands + " commands)",
                leaks.isEmpty(),
                "real values came out of: " + leaks);
    }
}
