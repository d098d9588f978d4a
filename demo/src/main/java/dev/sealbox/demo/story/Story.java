package dev.sealbox.demo.story;

import dev.sealbox.client.Sandbox;
import dev.sealbox.client.SandboxOptions;

/** The main job, end to end: a sealed secret used from a real sandbox, and forks with a second store on top. */
public final class Story {
    private final World world;
    private final Report report;
    private final Transcript transcript;

    public Story(World world, Report report) {
        this.world = world;
        this.report = report;
        this.transcript = new Transcript(world.values(), report);
    }

    /** Walks all steps. A step that cannot be walked at all ends it with an exception. */
    public void tell() {
        var egress = new Egress(world, report);
        var forks = new Forks(world, report, transcript);
        var values = world.values();

        var store = new Stores(world, report).make();
        var options = SandboxOptions.defaults().secretStore(Stores.CREDENTIALS);
        var first = new Shell(Sandbox.create(world.client(), options), transcript);
        egress.sealedTokens(first);
        report.step("3. What the upstream receives");
        egress.reveal(first, "/first", values.api());
        egress.refuse(first, "/first");
        egress.noWayAround(first);
        new Gvisor(world, report, transcript).tell();

        var parentToken = first.variable("GIT_TOKEN");
        var checkpoint = forks.checkpoint(first);
        report.step("6. Two forks of the checkpoint, each with another store on top");
        forks.teams();
        var a = forks.fork(checkpoint, "team-a");
        var b = forks.fork(checkpoint, "team-b");
        forks.layered(a, b, parentToken);
        forks.rotate(a, store);

        new Restart(world, report).survive(a, store);
        report.tell("step 3 again, in a sandbox that was never restarted", "");
        egress.reveal(a, "/again", values.newApi());
        egress.refuse(a, "/again");
        new Nowhere(world, report).prove(a);
        transcript.prove();
    }

    /** Stops everything, and looks at what is left of it on this machine. */
    public void end() {
        report.step("10. The end");
        var left = world.stop();
        report.prove(
                "nothing is left on this machine: no process, mount, namespace or control group",
                left.isEmpty(),
                left.toString());
    }
}
