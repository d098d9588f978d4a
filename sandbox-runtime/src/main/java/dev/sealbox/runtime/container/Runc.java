package dev.sealbox.runtime.container;

import dev.sealbox.domain.identity.SandboxId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Containers on the host's kernel, by runc. */
public final class Runc implements Containers {
    private final OciProgram runc;
    private final HostPrograms programs;

    /** @param state runc's own folder; what is not in it is not ours */
    public Runc(Path state, HostPrograms programs) {
        this.runc = new OciProgram(List.of("runc"), state);
        this.programs = programs;
    }

    @Override
    public String configuration(ContainerSpec spec) {
        return OciConfig.of(spec);
    }

    @Override
    public boolean needsGroups() {
        return false;
    }

    @Override
    public boolean asksForNeighbours() {
        return false;
    }

    @Override
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
        command.addAll(runc.command(
                "run",
                "--detach",
                "--no-new-keyring",
                "--preserve-fds",
                "1",
                "--bundle",
                launching.bundle().toString(),
                spec.sandbox().value()));
        runc.launch(command, launching);
    }

    @Override
    public Memory memory() {
        return new Memory.None();
    }

    @Override
    public void pause(SandboxId sandbox) {
        throw cannot();
    }

    @Override
    public void resume(SandboxId sandbox) {
        throw cannot();
    }

    @Override
    public boolean isInGoneFolder(SandboxId sandbox) {
        throw cannot();
    }

    @Override
    public void save(SandboxId sandbox, Path folder) {
        throw cannot();
    }

    @Override
    public void rename(SandboxId sandbox) {
        throw cannot();
    }

    private static IllegalStateException cannot() {
        return new IllegalStateException("runc keeps no memory here");
    }

    @Override
    public void delete(SandboxId sandbox) {
        runc.delete(sandbox);
    }

    @Override
    public Set<SandboxId> running() {
        return runc.running();
    }

    @Override
    public Set<SandboxId> known() {
        return runc.known();
    }
}
