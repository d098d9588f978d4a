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

/** The containers of a node, by runc. They belong to no process of ours and outlive the server. */
public final class Runc {
    private static final String STEP = "container";
    private static final int QUOTED = 500;
    private static final ObjectMapper JSON = new ObjectMapper();
    private final Path state;
    private final HostPrograms programs;

    /** @param state runc's own folder; what is not in it is not ours */
    public Runc(Path state, HostPrograms programs) {
        this.state = state;
        this.programs = programs;
    }

    /**
     * How a container is launched.
     *
     * @param mountFolder where relative paths of the mount options start
     * @param mountOptions of the overlay that is the disk
     * @param bundle the folder with {@code config.json}
     */
    public record Launching(
            ContainerSpec spec, Path mountFolder, String mountOptions, Path bundle, Path socket, Path log) {}

    /** Starts a container, detached from this process. */
    public void run(Launching launching) {
        var spec = launching.spec();
        var command = new ArrayList<>(List.of(
                programs.host().toString(),
                "launch",
                launching.mountFolder().toString(),
                launching.mountOptions(),
                programs.agent().toString(),
                spec.network().toString(),
                Integer.toString(spec.maker()),
                Integer.toString(spec.fence().uidBase()),
                Integer.toString(spec.fence().openFiles()),
                launching.socket().toString(),
                launching.log().toString()));
        command.addAll(runc(
                "run",
                "--detach",
                "--no-new-keyring",
                "--preserve-fds",
                "1",
                "--bundle",
                launching.bundle().toString(),
                spec.sandbox().value()));
        var result = Tool.attempt(STEP, command, "");
        if (result.exitCode() != 0) {
            throw new RuntimeFailure(
                    STEP, spec.sandbox() + " did not start: " + result.errors() + tail(launching.log()));
        }
    }

    /** Kills all processes and forgets the container; one that is not there is fine. */
    public void delete(SandboxId sandbox) {
        Tool.run(STEP, runc("delete", "--force", sandbox.value()));
    }

    /** The containers whose process 1 lives. */
    public Set<SandboxId> running() {
        return list(container -> !container.path("status").asText().equals("stopped"));
    }

    /** All that runc knows of, dead ones included. */
    public Set<SandboxId> known() {
        return list(container -> true);
    }

    private Set<SandboxId> list(Predicate<JsonNode> wanted) {
        try {
            var containers = JSON.readTree(Tool.run(STEP, runc("list", "--format", "json")));
            return StreamSupport.stream(containers.spliterator(), false)
                    .filter(wanted)
                    .map(container -> new SandboxId(container.path("id").asText()))
                    .collect(Collectors.toSet());
        } catch (JsonProcessingException e) {
            throw new RuntimeFailure(STEP, e);
        }
    }

    private List<String> runc(String... arguments) {
        var command = new ArrayList<>(List.of("runc", "--root", state.toString()));
        command.addAll(List.of(arguments));
        return command;
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
