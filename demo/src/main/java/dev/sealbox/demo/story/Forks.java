package dev.sealbox.demo.story;

import dev.sealbox.client.Checkpoint;
import dev.sealbox.client.ForkOptions;
import dev.sealbox.client.Sandbox;
import dev.sealbox.client.SealboxClient;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;

/** Steps 5 to 7: a checkpoint with a cloned repository, two forks with different stores on top, and a new value. */
final class Forks {
    /** What the first sandbox writes into a file. */
    static final String NOTE = "written before the checkpoint";

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final World world;
    private final Values values;
    private final Report report;
    private final Transcript transcript;
    private final SealboxClient client;
    private final Egress egress;

    Forks(World world, Report report, Transcript transcript) {
        this.world = world;
        this.values = world.values();
        this.report = report;
        this.transcript = transcript;
        this.client = world.client();
        this.egress = new Egress(world, report);
    }

    /** Clones, writes, checkpoints and kills. */
    Checkpoint checkpoint(Shell shell) {
        report.step("5. Clone with the token in the URL, write a file, checkpoint, kill");
        world.git().admit(values.git());
        var clone = shell.run(
                "git clone -q https://x:$GIT_TOKEN@%s/repo.git repo && cat repo/README.md".formatted(Hosts.GIT));
        report.prove("git clone works", clone.exitCode() == 0, clone.stderr());
        report.proveEqual(
                "the git server receives the real value inside Basic authentication", values.git(), lastPassword());
        report.prove(
                ".git/config holds the token",
                shell.run("cat repo/.git/config").stdout().contains(shell.variable("GIT_TOKEN")),
                "it does not");
        shell.sandbox().files().write("notes.txt", NOTE + "\n");

        var begun = shell.sandbox().createCheckpoint("with-repo");
        var checkpoint = shell.sandbox().awaitCheckpoint(begun.id(), PATIENCE);
        report.tell("checkpoint " + checkpoint.name(), checkpoint.status() + ", " + checkpoint.sizeBytes() + " bytes");
        shell.sandbox().kill();
        report.proveEqual(
                "the killed sandbox is stopped",
                "stopped",
                shell.sandbox().info().status());
        return checkpoint;
    }

    /** A fork with a store of its own on top. */
    Shell fork(Checkpoint checkpoint, String store) {
        var layered = ForkOptions.defaults().secretStore(store);
        return new Shell(Sandbox.createFromCheckpoint(client, checkpoint.id(), layered), transcript);
    }

    void teams() {
        var stores = client.secretStores();
        world.git().admit(values.teamGit());
        var a = stores.create("team-a", List.of(Hosts.TEAM_A));
        stores.setSecret(a.id(), "GIT_TOKEN", values.teamGit(), List.of(Hosts.GIT));
        var b = stores.create("team-b", List.of(Hosts.TEAM_B));
        stores.setSecret(b.id(), "API_KEY", values.teamApi());
    }

    void layered(Shell a, Shell b, String parentToken) {
        report.proveEqual(
                "the files are there in the first fork",
                NOTE,
                a.run("cat notes.txt").stdout().strip());
        report.proveEqual(
                "and in the second", NOTE, b.run("cat notes.txt").stdout().strip());
        var tokens = List.of(parentToken, a.variable("GIT_TOKEN"), b.variable("GIT_TOKEN"));
        report.prove(
                "each fork has tokens of its own",
                tokens.stream().allMatch(Shell::isToken)
                        && tokens.stream().distinct().count() == 3,
                tokens.toString());

        world.git().commit("NEWS.md", "written after the checkpoint\n");
        pull(a, "the first fork", values.teamGit(), "its own store's value");
        pull(b, "the second fork", values.git(), "the value of the checkpoint's store");
        hosts(a, b);
        elsewhere(a, b);
    }

    /** git pull, with the token that was written into .git/config before the checkpoint. */
    private void pull(Shell fork, String who, String expected, String whose) {
        var pull = fork.run("cd repo && git pull -q && cat NEWS.md");
        report.prove(
                "git pull works in " + who,
                pull.exitCode() == 0 && pull.stdout().contains("after"),
                pull.stderr());
        report.prove(
                "the inherited token means " + whose + " there",
                expected.equals(lastPassword()),
                "the git server received another");
    }

    private void hosts(Shell a, Shell b) {
        var allowed = a.sandbox().allowedHosts();
        report.proveEqual(
                "allowlists add up",
                new TreeSet<>(List.of(Hosts.API, Hosts.GIT, Hosts.LOGS, Hosts.TEAM_A)),
                new TreeSet<>(allowed.egressAllowlist()));
        report.proveEqual(
                "per-secret hosts follow the winner",
                List.of(Hosts.GIT),
                allowed.perSecretAllowedHosts().getOrDefault("GIT_TOKEN", List.of()));
        report.prove(
                "and are lifted where the winner has none",
                !b.sandbox().allowedHosts().perSecretAllowedHosts().containsKey("API_KEY"),
                "API_KEY is restricted");

        send(a, Hosts.API, "/fork/a-git", "GIT_TOKEN");
        report.proveEqual(
                "the first fork's GIT_TOKEN goes to the API as a token",
                a.variable("GIT_TOKEN"),
                egress.arrived("/fork/a-git").header("x-key"));
        send(b, Hosts.LOGS, "/fork/b-api", "API_KEY");
        report.proveEqual(
                "the second fork's API_KEY goes to the log service as its own value",
                values.teamApi(),
                egress.arrived("/fork/b-api").header("x-key"));
        send(a, Hosts.API, "/fork/a-api", "API_KEY");
        report.proveEqual(
                "the first fork's API_KEY is the one of the checkpoint's store",
                values.api(),
                egress.arrived("/fork/a-api").header("x-key"));
    }

    private void elsewhere(Shell a, Shell b) {
        report.prove("a host of the first fork's list is reached there", reaches(a, Hosts.TEAM_A), "it is not");
        report.prove("and not from the second", !reaches(b, Hosts.TEAM_A), "it is");
        var foreign =
                b.run("curl -sS -i https://%s/fork/foreign -H 'X-Key: %s'".formatted(Hosts.API, a.variable("API_KEY")));
        report.prove(
                "one fork's token is refused in the other",
                foreign.stdout().contains("403") && foreign.stdout().contains("token.unknown"),
                foreign.stdout());
        report.prove(
                "and the host receives nothing",
                egress.arrived("/fork/foreign").method().isEmpty(),
                "a request arrived");
    }

    /** Step 7. */
    void rotate(Shell a, String store) {
        report.step("7. A new value while the sandbox runs");
        var before = a.variable("API_KEY");
        client.secretStores().setSecret(store, "API_KEY", values.newApi(), List.of(Hosts.API));
        send(a, Hosts.API, "/rotated", "API_KEY");
        report.proveEqual(
                "the next request uses the new value",
                values.newApi(),
                egress.arrived("/rotated").header("x-key"));
        report.proveEqual("the token in the environment has not changed", before, a.variable("API_KEY"));
    }

    private static void send(Shell shell, String host, String path, String variable) {
        shell.run("curl -sS https://%s%s -H \"X-Key: $%s\" -o /dev/null -w '%%{http_code}'"
                .formatted(host, path, variable));
    }

    private static boolean reaches(Shell shell, String host) {
        return shell.run("curl -sS https://%s/reach -o /dev/null -w '%%{http_code}'".formatted(host))
                .stdout()
                .contains("200");
    }

    private String lastPassword() {
        return world.git().passwords().isEmpty() ? "" : world.git().passwords().getLast();
    }
}
