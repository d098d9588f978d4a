package dev.sealbox.http;

import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.sandbox.Environment;
import dev.sealbox.domain.sandbox.Run;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Reads the command that a person wants run. */
final class RunRequest {
    private RunRequest() {}

    /**
     * Without arguments {@code cmd} is a line for the shell, with them a program.
     *
     * @param alias another name under which the line may come
     * @param timeout what 0 and a missing one mean
     */
    static Run read(JsonBody body, String alias, Duration timeout) {
        var cmd = body.nonEmptyText("cmd")
                .or(() -> body.nonEmptyText(alias))
                .orElseThrow(() -> new InvalidValue("cmd is missing"));
        var args = body.optionalTexts("args").orElse(List.of());
        var seconds = body.optionalInt("timeout").orElse(0);
        return new Run(
                passable(args.isEmpty() ? List.of("sh", "-c", cmd) : joined(cmd, args)),
                Environment.checked(body.texts("envs")),
                body.nonEmptyText("cwd").map(cwd -> passable(List.of(cwd)).getFirst()),
                seconds > 0 ? Duration.ofSeconds(seconds) : timeout);
    }

    private static List<String> joined(String cmd, List<String> args) {
        var argv = new ArrayList<String>(args.size() + 1);
        argv.add(cmd);
        argv.addAll(args);
        return argv;
    }

    private static List<String> passable(List<String> texts) {
        if (texts.stream().anyMatch(text -> text.indexOf('\0') >= 0)) {
            throw new InvalidValue("cmd, args and cwd must not hold a NUL character");
        }
        return texts;
    }
}
