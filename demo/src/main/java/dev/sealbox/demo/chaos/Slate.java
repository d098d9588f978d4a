package dev.sealbox.demo.chaos;

import dev.sealbox.demo.chaos.Observation.Found;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * A sandbox that has a number on its disk, and is put to sleep, woken, checkpointed and forked all the time: the number must
 * be the last that was written wherever its disk goes. Used by one thread.
 */
final class Slate {
    private final Door door;
    private final History history;
    private final String name;
    private Optional<String> sandbox = Optional.empty();
    private long number;

    /** The least that the disk can have: of a write that was not answered it is not known whether it was done. */
    private long written;

    private Optional<Copy> newest = Optional.empty();

    /** A checkpoint that was said to be ready, and what can be in it. */
    private record Copy(String checkpoint, long least, long most) {}

    Slate(Door door, History history, String name) {
        this.door = door;
        this.history = history;
        this.name = name;
    }

    /** One round of everything; what is not answered is left out. */
    void turn() {
        if (sandbox.isEmpty()) {
            var made = door.send(door.any(), "POST", "/sandboxes", Map.of("metadata", Map.of("slate", name)));
            sandbox = made.isDone() ? Optional.of(made.body().path("sandboxID").asText()) : Optional.empty();
            return;
        }
        var path = "/sandboxes/" + sandbox.get();
        write(path);
        if (door.send(door.any(), "POST", path + "/hibernate", Map.of()).isDone()) {
            look(path, "after a sleep", written, number);
        }
        checkpoint(path).ifPresent(copy -> {
            newest = Optional.of(copy);
            fork(copy);
        });
    }

    private void write(String path) {
        number++;
        // One that comes late, after others, changes nothing.
        var command = "test $(cat $HOME/slate 2>/dev/null || echo 0) -lt " + number + " && echo " + number
                + " >$HOME/slate.new && mv $HOME/slate.new $HOME/slate";
        var answer = door.send(door.any(), "POST", path + "/exec/run", Map.of("cmd", command));
        if (answer.isDone() && answer.body().path("exitCode").asInt(1) == 0) {
            written = number;
        }
    }

    /** What stands there, for whoever answers. */
    private boolean look(String path, String where, long least, long most) {
        var answer = door.send(
                door.any(), "POST", path + "/exec/run", Map.of("cmd", "cat $HOME/slate 2>/dev/null || echo 0"));
        if (answer.isDone()) {
            var text = answer.body().path("stdout").asText().strip();
            history.note(new Found(name, where, least, most, text));
        }
        return answer.isDone();
    }

    private Optional<Copy> checkpoint(String path) {
        var copyOf = number;
        var retention = Map.of("mode", "delete_oldest", "maxCount", 3);
        var made = door.send(
                door.any(),
                "POST",
                path + "/checkpoints",
                Map.of("name", "slate-" + number, "retentionPolicy", retention));
        if (!made.isDone()) {
            return Optional.empty();
        }
        var id = made.body().path("id").asText();
        var status = Load.within(Duration.ofSeconds(20), () -> {
            var all = door.send(door.any(), "GET", path + "/checkpoints", Map.of());
            for (var each : all.body()) {
                if (each.path("id").asText().equals(id)
                        && !each.path("status").asText().equals("processing")) {
                    return Optional.of(each.path("status").asText());
                }
            }
            return Optional.empty();
        });
        return status.filter("ready"::equals).map(done -> new Copy(id, written, copyOf));
    }

    private boolean fork(Copy copy) {
        var made =
                door.send(door.any(), "POST", "/sandboxes/from-checkpoint/" + copy.checkpoint(), Map.of("timeout", 0));
        if (!made.isDone()) {
            return false;
        }
        var path = "/sandboxes/" + made.body().path("sandboxID").asText();
        var seen = look(path, "in a fork", copy.least(), copy.most());
        return door.send(door.any(), "DELETE", path, Map.of()).isDone() && seen;
    }

    /** When all nodes are well again: its disk and its newest copy are there. */
    boolean isWell() {
        return sandbox.isEmpty()
                || (look("/sandboxes/" + sandbox.get(), "in the end", written, number)
                        && newest.map(this::fork).orElse(true));
    }
}
