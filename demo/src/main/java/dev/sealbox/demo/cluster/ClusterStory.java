package dev.sealbox.demo.cluster;

import dev.sealbox.client.ApiException;
import dev.sealbox.client.ForkOptions;
import dev.sealbox.client.Sandbox;
import dev.sealbox.client.SandboxOptions;
import dev.sealbox.client.SealboxClient;
import dev.sealbox.demo.chaos.Evidence;
import dev.sealbox.demo.chaos.History;
import dev.sealbox.demo.chaos.Load;
import dev.sealbox.demo.story.Report;
import dev.sealbox.demo.story.Values;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** Three nodes as one: each is asked for what is on another, one is killed, one is cut off. */
final class ClusterStory {
    private static final Duration PATIENCE = Duration.ofSeconds(45);
    private static final int SOME = 4;

    private final ClusterWorld world;
    private final Report report;
    private final Values values = Values.random();
    private final Probe probe;
    private final Faults faults;
    private final List<Sandbox> onFirst = new ArrayList<>();
    private final List<Sandbox> onThird = new ArrayList<>();
    private String store = "";
    private String idle = "";

    ClusterStory(ClusterWorld world, Report report) {
        this.world = world;
        this.probe = new Probe(world);
        this.report = report;
        this.faults = new Faults(world, new Random(1));
    }

    void tell() {
        begin();
        across();
        var history = new History();
        var load = world.load(history);
        strangers();
        freeze();
        kill();
        cutOff();
        judge(load, history);
        leave();
    }

    /** Which all of them are to do in the end. */
    private void leave() {
        report.step("9. A node that is stopped");
        var missed = missed();
        report.prove("ends by itself, and cleanly", world.node(3).stop(), "it did not: " + lastWords("m3"));
        report.prove("is no member any more", Probe.within(PATIENCE, () -> members() == 2), members() + " members");
        report.proveEqual("and was missed by nobody: it left", missed, missed());
    }

    /** How often the first node could not reach the third one. */
    private long missed() {
        return world.logOf("m1")
                .lines()
                .filter(line -> line.contains("UNREACHABLE") && line.contains(".13:"))
                .count();
    }

    private void begin() {
        report.step("1. Three nodes, one PostgreSQL, mutual TLS between them");
        world.start();
        report.tell("roles", String.join(" | ", ClusterWorld.ROLES));
        for (var index = 1; index <= 3; index++) {
            report.proveEqual("node " + index + " says that it is ready", 200, readiness(index));
        }
        report.proveEqual("versions, as in the middle of an upgrade", 2, probe.metric("sealbox_cluster_versions"));
    }

    /** A request at one node for what is on another. */
    private void across() {
        report.step("2. What is asked of any node reaches the right one");
        var one = world.client(1);
        var two = world.client(2);
        store = one.secretStores().create("creds", List.of(ClusterWorld.HOST)).id();
        two.secretStores().setSecret(store, "API_KEY", values.api());
        var hosts = new HashMap<String, List<Sandbox>>();
        for (var tries = 0; tries < 20 && (hosts.size() < 2 || tries < SOME); tries++) {
            var made = Sandbox.create(one, SandboxOptions.defaults().secretStore("creds"));
            hosts.computeIfAbsent(hostOf(one, made), host -> new ArrayList<>()).add(made);
        }
        report.proveEqual("new sandboxes spread over both hosts", 2, hosts.size());
        hosts.values()
                .forEach(all -> all.forEach(box -> {
                    // The host with the API is named in its data folder; the other one is the third machine's.
                    (hostOf(one, box).equals(world.hostId(1)) ? onFirst : onThird).add(box);
                }));
        uses(two, onThird.getFirst(), "/across", values.api());
        var far = Sandbox.connect(two, onThird.getFirst().id());
        var large = "x".repeat(3_000_000);
        far.files().write("/home/large", large);
        report.prove(
                "files travel in both directions",
                far.files().read("/home/large").equals(large),
                "another content");
        report.proveEqual(
                "an output larger than a message arrives whole",
                large.length(),
                far.commands().run("cat /home/large").stdout().length());
        var moved = two.secretStores().setSecret(store, "API_KEY", values.newApi());
        report.prove("a rotation is acknowledged by every sandbox", moved.refreshErrors() == 0, moved.toString());
        uses(one, onThird.getFirst(), "/rotated", values.newApi());
        uses(two, onFirst.getFirst(), "/rotated-too", values.newApi());
    }

    private void uses(SealboxClient client, Sandbox sandbox, String path, String expected) {
        var box = Sandbox.connect(client, sandbox.id());
        var seen =
                box.commands().run("curl -sS https://%s%s -H \"X-Key: $API_KEY\"".formatted(ClusterWorld.HOST, path));
        report.prove(
                "the upstream receives the value at " + path + ", the sandbox sees none",
                world.upstream()
                                .latest(path)
                                .map(got -> got.header("x-key"))
                                .orElse("")
                                .equals(expected)
                        && !values.appearIn(seen.stdout() + seen.stderr()),
                values.hidden(seen.stdout() + seen.stderr()));
    }

    private void strangers() {
        report.step("3. A node whose certificate another authority has signed");
        try (var stranger = world.stranger(3)) {
            var starting = Thread.ofVirtual().start(() -> {
                try {
                    stranger.start();
                } catch (IllegalStateException closed) {
                    // It is ended before it gives up.
                }
            });
            var refused = Probe.within(
                    PATIENCE,
                    () -> world.logOf("m1").contains("certificate")
                            || world.logOf("stranger").contains("certificate"));
            report.prove("is turned away in the handshake", refused, world.logOf("stranger"));
            report.proveEqual("and is no member", 3, members());
            stranger.kill();
            starting.interrupt();
        }
    }

    /** Too short for anybody to be given up. */
    private void freeze() {
        report.step(
                "4. Clocks that are set, a control node that stands still for a moment, a database that is restarted, and"
                        + " one whose disk is full");
        setClocks();
        faults.stopped(2, Duration.ofMillis(1500));
        world.postgres().restart();
        report.prove(
                "both are used again",
                Probe.within(PATIENCE, () -> works(world.client(2), onThird.getFirst(), "/after-freeze")),
                "no request arrived");
        report.prove(
                "and change again",
                Probe.within(
                        PATIENCE,
                        () -> status(() -> world.client(2).secretStores().create("after-freeze")) == 200),
                "no store could be made");
        fullDisk();
    }

    /** They stay so for a while, also when the control node is killed and started again. */
    private void setClocks() {
        // Half an hour is much longer than the story, and shorter than the clock goes forward.
        idle = world.client(1)
                .raw()
                .send("POST", "/sandboxes", Map.of("timeout", 1800, "hostLabels", Map.of("place", "third")))
                .path("sandboxID")
                .asText();
        faults.setClocks(Duration.ofMinutes(-10), Duration.ofHours(1));
        report.prove(
                "a control node lives ten minutes ago, and a host in an hour",
                Probe.within(PATIENCE, () -> minutesAhead(2) < -8 && minutesAhead(3) > 58),
                minutesAhead(2) + " and " + minutesAhead(3) + " minutes");
    }

    private void rightClocks() {
        report.proveEqual(
                "no sandbox was put to sleep because the host's clock was an hour ahead",
                "running",
                world.client(1).raw().get("/sandboxes/" + idle).path("status").asText());
        faults.rightClocks();
        report.prove(
                "with the right time, all is used again",
                Probe.within(
                        PATIENCE,
                        () -> minutesAhead(3) < 2 && works(world.client(2), onThird.getFirst(), "/right-time")),
                "no request arrived");
    }

    /** By the date that it answers. */
    private long minutesAhead(int index) {
        var date = probe.ask(index, "/readyz").headers().firstValue("date").orElseThrow();
        var said = Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date));
        return Duration.between(Instant.now(), said).toMinutes();
    }

    private void fullDisk() {
        var one = world.client(1);
        world.postgres().fillDisk();
        var statuses = new ArrayList<Integer>();
        var refused = Probe.within(PATIENCE, () -> {
            var name = "full-" + statuses.size();
            statuses.add(status(() -> one.secretStores().create(name)));
            return statuses.getLast() != 200;
        });
        report.prove(
                "what cannot be written is refused with 503, and nothing else",
                refused && List.of(200, 503).containsAll(statuses),
                "" + statuses);
        var asked = status(() -> one.secretStores().get(store));
        report.proveEqual("what can be read is read", 200, asked);
        world.postgres().freeDisk();
        report.prove(
                "with room again, all is written again",
                Probe.within(PATIENCE, () -> status(() -> one.secretStores().create("room-again")) == 200),
                "no store could be made");
        var there = repeated(() -> one.secretStores().list()).stream()
                .map(each -> each.name())
                .toList();
        report.prove(
                "no store that was acknowledged is missing",
                IntStream.range(0, statuses.size())
                        .filter(index -> statuses.get(index) == 200)
                        .allMatch(index -> there.contains("full-" + index)),
                "of " + statuses);
    }

    /** Clients have used the cluster since step 3, and noted all that they asked and saw. */
    private void judge(Load load, History history) {
        report.step("8. All that clients have seen meanwhile, judged in the manner of Jepsen");
        load.stop();
        var all = history.all();
        var violations = ClusterWorld.checker().violations(all);
        report.tell("seen", Chaos.told(all));
        var missing = Evidence.missing(all);
        report.prove("there was enough to see", missing.isEmpty(), String.join("; ", missing));
        report.prove(
                "no acknowledged change is lost, no name was given twice, changes are linearizable, no secret was used"
                        + " where or when it must not be",
                violations.isEmpty(),
                String.join("; ", violations));
    }

    private void kill() {
        report.step("5. kill -9 of a control node");
        var one = world.client(1);
        world.node(2).kill();
        var statuses = new ArrayList<Integer>();
        var killed = System.nanoTime();
        var answered = Probe.within(PATIENCE, () -> {
            var name = "during-" + statuses.size();
            statuses.add(status(() -> one.secretStores().create(name)));
            return statuses.getLast() == 200 && members() == 2;
        });
        report.tell(
                "answers meanwhile",
                statuses.stream().distinct().toList() + ", whole again after "
                        + (System.nanoTime() - killed) / 1_000_000 + " ms");
        report.prove(
                "every answer was right, or 503", answered && List.of(200, 503).containsAll(statuses), "" + statuses);
        var listed = repeated(() -> one.secretStores().list()).size();
        var made = statuses.stream().filter(status -> status == 200).count();
        report.prove(
                "no store that was acknowledged is missing", listed > made, listed + " of " + made + " and one more");
        report.prove(
                "secrets are used again",
                Probe.within(PATIENCE, () -> works(one, onThird.getFirst(), "/after-kill")),
                "no request arrived");
        world.node(2).start();
        report.proveEqual("it comes back, and is ready", 200, readiness(2));
        report.prove("as a member like before", Probe.within(PATIENCE, () -> members() == 3), members() + " members");
        uses(world.client(2), onThird.getFirst(), "/after-return", values.newApi());
        rightClocks();
    }

    /** The third machine hears of the others no more, and goes on with what it has: but not with secrets. */
    private void cutOff() {
        report.step("6. A host that is cut off from the cluster, but not from the world");
        var one = world.client(1);
        var trial = Sandbox.connect(one, onThird.getFirst().id());
        trial.commands()
                .run("nohup sh -c 'while sleep 0.3; do curl -s -m 3 -o /dev/null https://" + ClusterWorld.HOST
                        + "/tick -H \"X-Key: $API_KEY\"; done' >/dev/null 2>&1 &");
        report.prove(
                "a program in its sandbox uses the secret all the time",
                Probe.within(PATIENCE, () -> ticks() > 1),
                "it does not");
        var point = leaveBehind(trial);
        var moves = new Moves(world, report);
        world.network().cutOff(3);
        var cut = System.nanoTime();
        // Looked at first: somewhat later the host gives itself up, and then uses nothing anyhow.
        var stopped = Probe.within(PATIENCE, () -> quiet());
        var seconds = (System.nanoTime() - cut) / 1_000_000_000;
        report.prove(
                "the host stopped using the secret when its lease ended (looked after " + seconds + " s)",
                stopped,
                ticks() + " uses");
        report.prove("although it was still there itself", world.node(3).isAlive(), "it had ended");
        // 503 while nobody knows what becomes of the host, 400 as soon as its sandboxes are lost. An answer that had
        // begun by then ends with the exit status of what did not run.
        var ended = new AtomicInteger();
        var answer = status(() -> ended.set(trial.commands().run("true").exitCode()));
        report.prove(
                "calls for it are refused",
                List.of(503, 400).contains(answer) || ended.get() == -1,
                answer + ", exit status " + ended);
        var change = repeated(() -> one.secretStores().setSecret(store, "API_KEY", values.teamApi()));
        report.prove(
                "a change names the sandboxes that lag, while they are not lost",
                change.refreshErrors() > 0 || "error".equals(trial.info().status()),
                change.toString());
        report.prove(
                "the sandboxes on it are lost",
                Probe.within(PATIENCE, () -> "error".equals(trial.info().status())),
                trial.info().status());
        report.proveEqual(
                "those on the other host are not",
                "running",
                Sandbox.connect(one, onFirst.getFirst().id()).info().status());
        uses(one, onFirst.getFirst(), "/kept", values.teamApi());
        goesOnElsewhere(point);
        moves.afterTheLoss();
        var alive = world.node(3).isAlive();
        world.network().heal(3);
        var healed = System.nanoTime();
        report.prove(
                "the host ends, to be started anew",
                Probe.within(PATIENCE, () -> !world.node(3).isAlive()),
                "it runs on; its last words: " + lastWords("m3"));
        report.tell(
                "it had ended",
                alive ? (System.nanoTime() - healed) / 1_000_000 + " ms after the cut was healed" : "before");
        world.node(3).without(world.shelf().settings().keySet());
        world.node(3).start();
        var fresh = Probe.within(
                PATIENCE,
                () -> hostOf(one, Sandbox.create(one, SandboxOptions.defaults()))
                        .equals(world.hostId(3)));
        report.prove("and takes sandboxes again", fresh, "none was placed on it");
        moves.drain(values.teamApi());
    }

    /** A checkpoint on a host that is about to go. */
    private String leaveBehind(Sandbox sandbox) {
        sandbox.files().write("/home/kept", "what it knew");
        sandbox.commands().run("install -m 4755 /bin/true $HOME/gives-rights");
        var point = sandbox.createCheckpoint("before").id();
        sandbox.awaitCheckpoint(point, PATIENCE);
        report.prove(
                "its checkpoint comes to the layer store by itself, encrypted",
                Probe.within(PATIENCE, () -> world.shelf().layers().contains(point))
                        && !world.shelf().holds("gives-rights"),
                "it is not there, or can be read");
        return point;
    }

    private void goesOnElsewhere(String point) {
        var one = world.client(1);
        report.prove("its checkpoint is exported by the other host", exported(one, point), "no whole archive");
        var fork = Sandbox.createFromCheckpoint(one, point, ForkOptions.defaults());
        report.proveEqual("a fork of its checkpoint starts on the other host", world.hostId(1), hostOf(one, fork));
        report.proveEqual(
                "with the files that it had",
                "what it knew 4755",
                fork.commands()
                        .run("echo $(cat /home/kept) $(stat -c %a $HOME/gives-rights)")
                        .stdout()
                        .strip());
        uses(one, fork, "/forked", values.teamApi());
    }

    /** Whether all of it comes, as it was signed. */
    private static boolean exported(SealboxClient client, String point) {
        byte[] archive;
        try (var content = client.archives().exportCheckpoint(point)) {
            archive = content.readAllBytes();
        } catch (IOException e) {
            return false;
        }
        return client.archives()
                .importAs("exported", () -> new ByteArrayInputStream(archive), true)
                .isReady();
    }

    /** The end of what a node has logged, without what it says about each request. */
    private String lastWords(String machine) {
        var lines = world.logOf(machine)
                .lines()
                .filter(line -> !line.contains("the proxy answered itself"))
                .toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size()));
    }

    private long ticks() {
        return world.upstream().received().stream()
                .filter(got -> got.target().equals("/tick"))
                .count();
    }

    /** Whether nothing has come for much longer than things come apart. */
    private boolean quiet() {
        var before = ticks();
        var end = System.nanoTime() + Duration.ofMillis(1500).toNanos();
        // A park may end at once, for no reason.
        for (var left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
        return ticks() == before;
    }

    private boolean works(SealboxClient client, Sandbox sandbox, String path) {
        return status(() -> Sandbox.connect(client, sandbox.id())
                                .commands()
                                .run("curl -s -m 5 https://%s%s -H \"X-Key: $API_KEY\""
                                        .formatted(ClusterWorld.HOST, path)))
                        == 200
                && world.upstream().latest(path).isPresent();
    }

    private static String hostOf(SealboxClient client, Sandbox sandbox) {
        return client.raw().get("/sandboxes/" + sandbox.id()).path("workerID").asText();
    }

    /** As the first node counts them. */
    private int members() {
        return probe.metric("sealbox_cluster_members");
    }

    private int readiness(int index) {
        return probe.ask(index, "/readyz").statusCode();
    }

    /**
     * Repeats what is answered 503. A store that just moves to the node which came back waits until all nodes know, and
     * one of them is out of reach until it is given up.
     */
    private static <T> T repeated(Supplier<T> call) {
        var deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                return call.get();
            } catch (ApiException refused) {
                if (refused.status() != 503 || System.nanoTime() > deadline) {
                    throw refused;
                }
                LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
            }
        }
    }

    private static int status(Runnable call) {
        try {
            call.run();
            return 200;
        } catch (ApiException refused) {
            return refused.status();
        }
    }
}
