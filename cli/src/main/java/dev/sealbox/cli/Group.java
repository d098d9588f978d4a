package dev.sealbox.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What groups of commands have in common; a group alone says what belongs to it. */
abstract class Group {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** The command line makes no sense. */
    final ParameterException usage(String why) {
        return new ParameterException(spec.commandLine(), why);
    }

    /** An option that was not given is null to picocli. */
    static <T> List<T> orNone(@Nullable List<T> given) {
        return given == null ? List.of() : given;
    }

    /** How far a change has come, where the answer says it. */
    static String reached(JsonNode answer) {
        var count = answer.path("refreshed").asText("");
        var errors = answer.path("refreshErrors").asText("");
        return (count.isEmpty() ? "" : ", taken by " + count + " running sandboxes")
                + (errors.isEmpty() ? "" : ", not yet by " + errors);
    }
}
