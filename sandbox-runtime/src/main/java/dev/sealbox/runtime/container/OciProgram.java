package dev.sealbox.runtime.container;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.runtime.step.RuntimeFailure;
import dev.sealbox.runtime.step.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * The words that runc and runsc have in common.
 *
 * @param words the program and what it is told in front of every command
 * @param state its own folder; what is not in it is not ours
 */
record OciProgram(List<String> words, Path state) {
    static final String STEP = "container";
    private static final int QUOTED = 500;
    private static final ObjectMapper JSON = new ObjectMapper();

    List<String> command(String... arguments) {
        var command = new ArrayList<>(words);
        command.addAll(List.of("--root", state.toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    void launch(List<String> command, Containers.Launching launching) {
        var result = Tool.attempt(STEP, command, "");
        if (result.exitCode() != 0) {
            throw new RuntimeFailure(
                    STEP, launching.spec().sandbox() + " did not start: " + result.errors() + tail(launching.log()));
        }
    }

    void delete(SandboxId sandbox) {
        Tool.run(STEP, command("delete", "--force", sandbox.value()));
    }

    Set<SandboxId> running() {
        return list(container -> !container.path("status").asText().equals("stopped"));
    }

    Set<SandboxId> paused() {
        return list(container -> container.path("status").asText().equals("paused"));
    }

    Set<SandboxId> known() {
        return list(container -> true);
    }

    private Set<SandboxId> list(Predicate<JsonNode> wanted) {
        try {
            var containers = JSON.readTree(Tool.run(STEP, command("list", "--format", "json")));
            return StreamSupport.stream(containers.spliterator(), false)
                    .filter(wanted)
                    .map(container -> new SandboxId(container.path("id").asText()))
                    .collect(Collectors.toSet());
        } catch (JsonProcessingException e) {
            throw new RuntimeFailure(STEP, e);
        }
    }

    private static String tail(Path log) {
        try {
            var said = Files.readString(log).strip();
            return said.length() <= QUOTED ? said : said.substring(said.length() - QUOTED);
        } catch (IOException e) {
            return "";
        }
    }
}
