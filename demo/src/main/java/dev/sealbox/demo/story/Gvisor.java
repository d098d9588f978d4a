package dev.sealbox.demo.story;

import dev.sealbox.client.ApiException;
import dev.sealbox.client.ForkOptions;
import dev.sealbox.client.Sandbox;
import dev.sealbox.client.SandboxOptions;
import java.time.Duration;
import java.util.Optional;

/** Beside the others, a sandbox that runs on a kernel of its own: it sees, sends and keeps what they do. */
final class Gvisor {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final World world;
    private final Report report;
    private final Transcript transcript;
    private final Egress egress;

    Gvisor(World world, Report report, Transcript transcript) {
        this.world = world;
        this.report = report;
        this.transcript = transcript;
        this.egress = new Egress(world, report);
    }

    void tell() {
        report.step("4b. The same in gVisor");
        start().ifPresentOrElse(
                        this::live,
                        () -> report.tell("NOT SHOWN: there is no runsc on this machine (apt-get install runsc)", ""));
    }

    private Optional<Shell> start() {
        var options =
                SandboxOptions.defaults().template("base-runsc").memoryMB(1024).secretStore(Stores.CREDENTIALS);
        try {
            return Optional.of(new Shell(Sandbox.create(world.client(), options), transcript));
        } catch (ApiException e) {
            if (e.code().equals("sandbox.runtime-missing")) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private void live(Shell shell) {
        var sandbox = shell.sandbox();
        report.proveEqual(
                "in gVisor: it has a kernel of its own",
                "4.4.0",
                shell.run("uname -r").stdout().strip());
        var key = world.values().api();
        egress.reveal(shell, "/gvisor", key);
        egress.refuse(shell, "/gvisor");
        sandbox.files().write("notes.txt", Forks.NOTE);
        var checkpoint =
                sandbox.awaitCheckpoint(sandbox.createCheckpoint("in-gvisor").id(), PATIENCE);
        var fork = new Shell(
                Sandbox.createFromCheckpoint(world.client(), checkpoint.id(), ForkOptions.defaults()), transcript);
        report.proveEqual(
                "in gVisor: a fork has the files, and runs there too",
                Forks.NOTE + "4.4.0",
                fork.run("cat notes.txt; uname -r").stdout().strip());
        fork.sandbox().kill();
        sandbox.hibernate();
        report.proveEqual(
                "in gVisor: it wakes with the next command, and has its files",
                Forks.NOTE,
                shell.run("cat notes.txt").stdout());
        egress.reveal(shell, "/gvisor-awake", key);
        sandbox.kill();
        start().ifPresent(this::goOn);
    }

    /** One that has not just talked to somebody: its connections could not be saved. */
    private void goOn(Shell shell) {
        var sandbox = shell.sandbox();
        shell.run("echo in memory > /dev/shm/note; setsid sleep 47111 > /dev/null 2>&1 &");
        var checkpoint =
                sandbox.awaitCheckpoint(sandbox.createCheckpoint("running").id(), PATIENCE);
        report.proveEqual("in gVisor: a full checkpoint keeps memory", true, checkpoint.memory());
        var fork = new Shell(
                Sandbox.createFromCheckpoint(world.client(), checkpoint.id(), ForkOptions.defaults()), transcript);
        var living = "cat /dev/shm/note; pgrep -xc sleep; hostname";
        report.proveEqual(
                "in gVisor: the fork goes on with the processes and what they have in memory, under its own name",
                "in memory\n1\n" + fork.sandbox().id() + "\n",
                fork.run(living).stdout());
        report.proveEqual(
                "in gVisor: so does the sandbox that was checkpointed",
                "in memory\n1\n" + sandbox.id() + "\n",
                shell.run(living).stdout());
        sandbox.hibernate();
        report.proveEqual(
                "in gVisor: it falls asleep with its processes, and the next command finds them again",
                "in memory\n1\n" + sandbox.id() + "\n",
                shell.run(living).stdout());
        egress.reveal(shell, "/gvisor-goes-on", world.values().api());
        fork.sandbox().kill();
        sandbox.kill();
    }
}
