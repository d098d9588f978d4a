package dev.sealbox.domain.sandbox;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A program to run in a sandbox as the user {@code sandbox}.
 *
 * @param argv the program, looked up in the environment's PATH, and its arguments, unexpanded
 * @param environment all of its environment
 * @param directory the working directory
 * @param timeout after which its process group and all descendants are killed; zero means never
 */
public record Command(List<String> argv, Map<String, String> environment, String directory, Duration timeout) {
    public Command {
        argv = List.copyOf(argv);
        environment = Map.copyOf(environment);
    }

    @Override
    public String toString() {
        // Environments may hold what their owner would not like to see in a log.
        return "Command[" + argv.size() + " arguments]";
    }
}
