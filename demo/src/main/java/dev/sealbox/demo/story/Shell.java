package dev.sealbox.demo.story;

import dev.sealbox.client.CommandResult;
import dev.sealbox.client.Sandbox;
import java.util.regex.Pattern;

/** A sandbox as the story uses it: every command is told, and every output searched for real values. */
final class Shell {
    private static final Pattern TOKEN = Pattern.compile("osb_sealed_[0-9a-f]{32}");

    private final Sandbox sandbox;
    private final Transcript transcript;

    Shell(Sandbox sandbox, Transcript transcript) {
        this.sandbox = sandbox;
        this.transcript = transcript;
    }

    Sandbox sandbox() {
        return sandbox;
    }

    /** Runs a line of shell and tells what the sandbox saw. */
    CommandResult run(String line) {
        var result = quietly(line);
        transcript.tell(line, result);
        return result;
    }

    /** The same without telling it. */
    CommandResult quietly(String line) {
        var result = sandbox.commands().run(line);
        transcript.check(line, result);
        return result;
    }

    /** The value of a variable, as a shell in the sandbox sees it. */
    String variable(String name) {
        return quietly("printenv " + name).stdout().strip();
    }

    static boolean isToken(String text) {
        return TOKEN.matcher(text).matches();
    }

    static boolean holdsToken(String text) {
        return TOKEN.matcher(text).find();
    }
}
