package dev.sealbox.demo.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sealbox.client.ApiException;
import dev.sealbox.client.ForkOptions;
import dev.sealbox.client.Sandbox;
import dev.sealbox.client.SealboxClient;
import dev.sealbox.demo.story.Report;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.StreamSupport;

/** Sandboxes that go on elsewhere: one that sleeps on a host that is gone, one whose owner wants it back, one that is moved. */
final class Moves {
    private static final Duration PATIENCE = Duration.ofSeconds(45);
    private static final String STATE = "echo $(cat $HOME/state) $API_KEY";

    private final ClusterWorld world;
    private final Report report;
    private final SealboxClient one;
    private final Sandbox sleeper;
    private final Sandbox wanted;
    private final String asleep;
    private final String kept;

    /** Leaves both on the third machine, with what others can have of them in the layer store. */
    Moves(ClusterWorld world, Report report) {
        this.world = world;
        this.report = report;
        this.one = world.client(1);
        var third = Map.of("hostLabels", Map.of("place", "third"));
        var labelled = made(third);
        report.proveEqual(
                "a sandbox runs on a host that has the labels which it asks for", world.hostId(3), host(labelled));
        labelled.kill();
        report.proveEqual(
                "and is refused when no host has them",
                503,
                refusal(() -> made(Map.of("hostLabels", Map.of("place", "nowhere")))));
        wanted = onThird(Map.of("onHostLoss", "recreate"));
        kept = write(wanted, "checkpointed");
        var point = wanted.createCheckpoint("left").id();
        sleeper = onThird(Map.of());
        asleep = write(sleeper, "asleep");
        wanted.awaitCheckpoint(point, PATIENCE);
        var both = Probe.within(PATIENCE, () -> world.shelf().layers().contains(point));
        var before = world.shelf().layers().size();
        sleeper.hibernate();
        report.prove(
                "the disk of one that sleeps comes to the layer store, and a checkpoint of one that runs",
                both && Probe.within(PATIENCE, () -> world.shelf().layers().size() > before),
                world.shelf().layers().size() + " layers there, " + before + " before");
        write(wanted, "later");
    }

    /** Their host was given up. */
    void afterTheLoss() {
        report.prove(
                "one that its owner wants back starts on the other host by itself",
                Probe.within(PATIENCE, () -> isBack(wanted)),
                state(wanted));
        report.proveEqual(
                "with the files of its checkpoint and the same token",
                kept,
                wanted.commands().run(STATE).stdout().strip());
        report.proveEqual("one that slept wakes there with its files and the same token", asleep, woken(sleeper));
        report.proveEqual("under the same name, on the other host", world.hostId(1), host(sleeper));
    }

    /**
     * The first machine is emptied, and then takes sandboxes again. What comes to lie there shortly before is there only,
     * since the layer store is away: the third one, which was started anew without any, has it from that host.
     *
     * @param secret what the upstream is to receive
     */
    void drain(String secret) {
        report.step("7. A host is drained while the layer store is away, and the other host has none");
        var path = "/hosts/" + world.hostId(1);
        world.shelf().takeAway();
        var point = wanted.createCheckpoint("there only").id();
        wanted.awaitCheckpoint(point, PATIENCE);
        one.raw().send("POST", path + "/drain", Map.of());
        report.prove(
                "nothing runs on it any more",
                Probe.within(PATIENCE, () -> listed().path("awake").asInt() == 0),
                "" + listed());
        report.proveEqual("what is new begins elsewhere", world.hostId(3), host(made(Map.of())));
        var fork = Sandbox.createFromCheckpoint(one, point, ForkOptions.defaults());
        report.proveEqual(
                "a fork of what lies there only starts elsewhere, on files from the host that has them",
                world.hostId(3),
                host(fork));
        var seen = fork.commands()
                .run("cat $HOME/state; curl -sS -o /dev/null -w '%{http_code}' https://" + ClusterWorld.HOST
                        + "/from-peer -H \"X-Key: $API_KEY\"")
                .stdout()
                .strip();
        report.proveEqual("with the files as they were when it was made", "checkpointed\n200", seen);
        report.proveEqual(
                "and its secret",
                secret,
                world.upstream()
                        .latest("/from-peer")
                        .map(got -> got.header("x-key"))
                        .orElse("nothing"));
        report.proveEqual("what slept on it wakes elsewhere, as it was", kept, woken(wanted));
        report.proveEqual("on the other host", world.hostId(3), host(wanted));
        report.prove("none of it from the layer store", !world.shelf().layers().contains(point), "it had come there");
        world.shelf().bringBack();
        report.prove(
                "which has it as soon as it is back",
                Probe.within(PATIENCE, () -> world.shelf().layers().contains(point)),
                "it has not come");
        one.raw().send("POST", path + "/undrain", Map.of());
        report.prove(
                "it takes sandboxes again",
                Probe.within(PATIENCE, () -> !listed().path("draining").asBoolean()),
                "" + listed());
    }

    private JsonNode listed() {
        return StreamSupport.stream(one.raw().get("/hosts").spliterator(), false)
                .filter(host -> host.path("id").asText().equals(world.hostId(1)))
                .findFirst()
                .orElseThrow();
    }

    private Sandbox onThird(Map<String, ?> more) {
        for (var tries = 0; tries < 20; tries++) {
            var made = made(more);
            if (host(made).equals(world.hostId(3))) {
                return made;
            }
            made.kill();
        }
        throw new IllegalStateException("no sandbox is placed on the third machine");
    }

    private Sandbox made(Map<String, ?> more) {
        var body = new HashMap<String, Object>(Map.of("secretStore", "creds"));
        body.putAll(more);
        return Sandbox.connect(
                one,
                one.raw().send("POST", "/sandboxes", body).path("sandboxID").asText());
    }

    /** What {@link #STATE} says then. */
    private static String write(Sandbox sandbox, String text) {
        return sandbox.commands()
                .run("echo " + text + " >$HOME/state; " + STATE)
                .stdout()
                .strip();
    }

    /** A call wakes it; 503 until its files have come to the layer store, and while it is on its way. */
    private static String woken(Sandbox sandbox) {
        var deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                return sandbox.commands().run(STATE).stdout().strip();
            } catch (ApiException refused) {
                if (refused.status() != 503 || System.nanoTime() > deadline) {
                    return refused.status() + " " + refused.getMessage();
                }
                LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
            }
        }
    }

    private boolean isBack(Sandbox sandbox) {
        return state(sandbox).equals("running on " + world.hostId(1));
    }

    private String state(Sandbox sandbox) {
        var shown = one.raw().get("/sandboxes/" + sandbox.id());
        return shown.path("status").asText() + " on " + shown.path("workerID").asText();
    }

    private String host(Sandbox sandbox) {
        return one.raw().get("/sandboxes/" + sandbox.id()).path("workerID").asText();
    }

    private static int refusal(Runnable call) {
        try {
            call.run();
            return 200;
        } catch (ApiException refused) {
            return refused.status();
        }
    }
}
