package dev.sealbox.demo.story;

import dev.sealbox.client.Sandbox;
import dev.sealbox.client.SealboxClient;
import java.util.List;

/** Step 8: SIGKILL in the middle, start again, and all is as it was. */
final class Restart {
    /** Its id and when it began, which is the same process for ever; its name changes as the shell makes way. */
    private static final String ALIVE = "ps -o pid=,lstart= -p $(cat /tmp/left-running.pid)";

    private final World world;
    private final Report report;

    Restart(World world, Report report) {
        this.world = world;
        this.report = report;
    }

    void survive(Shell shell, String store) {
        report.step("8. The server is killed (SIGKILL) and started again");
        shell.quietly("setsid sleep 86400 >/dev/null 2>&1 </dev/null & echo $! >/tmp/left-running.pid");
        var process = shell.quietly(ALIVE).stdout();
        var before = state(world.client(), store, shell);
        var pid = world.node().pid();
        world.node().kill();
        world.node().start();
        report.tell("process " + pid + " was killed", "process " + world.node().pid() + " is ready");

        report.proveEqual(
                "stores, secrets, sandboxes and checkpoints are as they were",
                before,
                state(world.client(), store, shell));
        report.proveEqual(
                "a process that ran in the sandbox still runs",
                process,
                shell.run(ALIVE).stdout());
    }

    private static List<String> state(SealboxClient client, String store, Shell shell) {
        return List.of(
                client.secretStores().list().toString(),
                client.secretStores().listSecrets(store).toString(),
                Sandbox.list(client).toString(),
                shell.sandbox().listCheckpoints().toString());
    }
}
