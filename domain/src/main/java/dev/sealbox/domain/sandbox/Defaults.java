package dev.sealbox.domain.sandbox;

import java.util.Map;

/**
 * What an image says about all commands of its sandboxes, unless they or their sandbox say otherwise.
 *
 * @param envs plain variables, which everything else wins over (SEMANTICS 4.1)
 * @param directory where a command starts that names none
 */
public record Defaults(Map<String, String> envs, String directory) {
    public static final Defaults NONE = new Defaults(Map.of(), Environment.HOME);

    public Defaults {
        envs = Map.copyOf(envs);
    }
}
