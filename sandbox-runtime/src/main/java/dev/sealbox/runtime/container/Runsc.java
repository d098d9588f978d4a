package dev.sealbox.runtime.container;

import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.runtime.step.RuntimeFailure;
import dev.sealbox.runtime.step.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Containers in gVisor, by runsc. What it makes outside a sandbox (its kernel, which is a program, and the one that opens
 * files for it) runs in the sandbox's control groups, as users of the host that own nothing.
 */
public final class Runsc implements Containers {
    private final OciProgram runsc;
    private final HostPrograms programs;
    private final String platform;
    private final Supplier<Memory> memory;

    /**
     * @param state runsc's own folder; what is not in it is not ours
     * @param platform by which gVisor comes to run, as runsc names it
     * @param memory what is known of its saving, once it has been tried
     */
    Runsc(Path state, HostPrograms programs, String platform, Supplier<Memory> memory) {
        this.memory = memory;
        this.runsc = new OciProgram(List.of("runsc"), state);
        this.programs = programs;
        this.platform = platform;
    }

    /**
     * Files are shared with the host: what a process has written is in the disk's files at once, so that a copy of these
     * while everything stands still has it. No layer of gVisor's own lies above the disk.
     */
    static List<String> words(String platform) {
        return List.of(
                "runsc",
                "--platform=" + platform,
                "--network=sandbox",
                "--ignore-cgroups",
                "--oci-seccomp",
                "--file-access=shared",
                "--overlay2=none");
    }

    @Override
    public String configuration(ContainerSpec spec) {
        return GvisorConfig.of(spec);
    }

    @Override
    public boolean needsGroups() {
        return true;
    }

    @Override
    public boolean asksForNeighbours() {
        return true;
    }

    @Override
    public void run(Launching launching) {
        var spec = launching.spec();
        var command = new ArrayList<>(List.of(
                programs.host().toString(),
                "relay",
                launching.mountFolder().toString(),
                launching.mountOptions(),
                programs.agent().toString(),
                programs.shim().toString(),
                launching.groups().stream().map(Path::toString).collect(Collectors.joining(":")),
                Integer.toString(spec.maker()),
                Integer.toString(spec.fence().openFiles()),
                launching.socket().toString(),
                launching.log().toString()));
        var how = launching
                .memory()
                .map(folder -> List.of("restore", "--image-path", folder.toString()))
                .orElse(List.of("run"));
        command.addAll(full().command(how.toArray(String[]::new)));
        command.addAll(List.of(
                "--detach",
                "--bundle",
                launching.bundle().toString(),
                spec.sandbox().value()));
        runsc.launch(command, launching);
    }

    private OciProgram full() {
        return new OciProgram(words(platform), runsc.state());
    }

    @Override
    public Memory memory() {
        return memory.get();
    }

    @Override
    public void pause(SandboxId sandbox) {
        Tool.run(OciProgram.STEP, full().command("pause", sandbox.value()));
    }

    @Override
    public void resume(SandboxId sandbox) {
        Tool.run(OciProgram.STEP, full().command("resume", sandbox.value()));
    }

    @Override
    public void save(SandboxId sandbox, Path folder) {
        Tool.runLong(OciProgram.STEP, full().command("checkpoint", "--image-path", folder.toString(), sandbox.value()));
    }

    @Override
    public boolean isInGoneFolder(SandboxId sandbox) {
        return Tool.attempt(OciProgram.STEP, inside(sandbox, "CAP_SYS_PTRACE", "folders"), "")
                        .exitCode()
                != 0;
    }

    @Override
    public void rename(SandboxId sandbox) {
        Tool.run(OciProgram.STEP, inside(sandbox, "CAP_SYS_ADMIN", "name", sandbox.value()));
    }

    /** Has the agent's program do what nobody inside may, which is asked for from here, with the right to. */
    private List<String> inside(SandboxId sandbox, String right, String... words) {
        var command = new ArrayList<>(
                full().command("exec", "--user", "0", "--cap", right, sandbox.value(), OciConfig.AGENT));
        command.addAll(List.of(words));
        return command;
    }

    /** Whether it knows of this one, running or not. */
    boolean knows(SandboxId sandbox) {
        if (!Files.isDirectory(runsc.state())) {
            return false;
        }
        try (var states = Files.list(runsc.state())) {
            return states.anyMatch(state -> state.getFileName().toString().startsWith(sandbox.value()));
        } catch (IOException e) {
            throw new RuntimeFailure(OciProgram.STEP, e);
        }
    }

    /** Where one has ended while it stood still, runsc forgets it, and then stumbles over that. */
    @Override
    public void delete(SandboxId sandbox) {
        if (hasAny()) {
            var result = Tool.attempt(OciProgram.STEP, runsc.command("delete", "--force", sandbox.value()), "");
            if (result.exitCode() != 0 && knows(sandbox)) {
                throw new RuntimeFailure(OciProgram.STEP, "runsc does not delete " + sandbox + ": " + result.errors());
            }
        }
    }

    @Override
    public Set<SandboxId> running() {
        return hasAny() ? runsc.running() : Set.of();
    }

    Set<SandboxId> paused() {
        return hasAny() ? runsc.paused() : Set.of();
    }

    @Override
    public Set<SandboxId> known() {
        return hasAny() ? runsc.known() : Set.of();
    }

    /** Most hosts have none, and are not to pay for it each time that somebody looks. */
    private boolean hasAny() {
        if (!Files.isDirectory(runsc.state())) {
            return false;
        }
        try (var containers = Files.list(runsc.state())) {
            return containers.findAny().isPresent();
        } catch (IOException e) {
            throw new RuntimeFailure(OciProgram.STEP, e);
        }
    }
}
