package dev.sealbox.demo.chaos;

import dev.sealbox.demo.chaos.Observation.Listed;
import dev.sealbox.demo.chaos.Observation.Named;
import dev.sealbox.demo.chaos.Observation.Read;
import dev.sealbox.demo.chaos.Observation.Write;
import dev.sealbox.demo.upstream.Received;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * What clients do while things fail: they write and read allowlists of stores at any node, ask for the same name at all
 * nodes at once, and rotate secrets that sandboxes use all the time. Everything is noted. One thread starts and stops it.
 */
public final class Load implements AutoCloseable {
    /** What the registers hold at first. */
    public static final String INITIAL = "h0.test";

    private static final int REGISTERS = 3;
    static final int BOXES = 2;
    private static final int SLATES = 2;

    private final Door door;
    private final History history;
    private final List<String> registers = new ArrayList<>();
    private final List<Box> boxes = new ArrayList<>();
    private final List<Slate> slates = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicLong numbers = new AtomicLong();
    private volatile boolean stopped;

    private Load(List<URI> nodes, String apiKey, History history) {
        this.door = new Door(nodes, apiKey);
        this.history = history;
    }

    /**
     * Makes what it needs, and begins.
     *
     * @param nodes with an API
     * @param host where sandboxes send requests; its upstream tells {@link #arrived} of them
     */
    public static Load start(List<URI> nodes, String apiKey, String host, History history) {
        var load = new Load(nodes, apiKey, history);
        for (var number = 0; number < REGISTERS; number++) {
            load.registers.add(load.store("chaos-register-" + number, INITIAL));
        }
        for (var number = 0; number < BOXES; number++) {
            var name = "chaos-box-" + number;
            load.boxes.add(new Box(load.door, history, name, load.store(name, host), host));
        }
        load.boxes.forEach(box -> box.rotate());
        nodes.forEach(node -> load.repeatedly(Duration.ofMillis(250), () -> load.write(node)));
        nodes.forEach(node -> load.repeatedly(Duration.ofMillis(150), () -> load.read(node)));
        load.repeatedly(Duration.ofMillis(1200), load::name);
        load.boxes.forEach(box -> load.repeatedly(Duration.ofMillis(1500), box::rotate));
        load.boxes.forEach(box -> load.repeatedly(Duration.ofSeconds(2), box::keepUsing));
        return load;
    }

    /** Has sandboxes sleep, wake, be checkpointed and forked, too. */
    public void withDisks() {
        for (var number = 0; number < SLATES; number++) {
            var slate = new Slate(door, history, "chaos-slate-" + number);
            slates.add(slate);
            repeatedly(Duration.ofMillis(500), slate::turn);
        }
    }

    private String store(String name, String host) {
        var made = door.send(
                door.all().getFirst(),
                "POST",
                "/secret-stores",
                Map.of("name", name, "egressAllowlist", List.of(host)));
        if (!made.isDone()) {
            throw new IllegalStateException("the load cannot begin: " + made);
        }
        return made.body().path("id").asText();
    }

    private void repeatedly(Duration pause, Runnable act) {
        threads.add(Thread.ofVirtual().start(() -> {
            while (!stopped) {
                act.run();
                LockSupport.parkNanos(pause.toNanos());
            }
        }));
    }

    private void write(URI node) {
        var register = registers.get(ThreadLocalRandom.current().nextInt(registers.size()));
        var value = "h" + numbers.incrementAndGet() + ".test";
        var began = System.nanoTime();
        var answer = door.send(node, "PUT", "/secret-stores/" + register, Map.of("egressAllowlist", List.of(value)));
        if (!answer.isRefused()) {
            history.note(new Write(register, value, began, answer.isDone() ? System.nanoTime() : Observation.NEVER));
        }
    }

    private void read(URI node) {
        read(node, registers.get(ThreadLocalRandom.current().nextInt(registers.size())));
    }

    private boolean read(URI node, String register) {
        var began = System.nanoTime();
        var answer = door.send(node, "GET", "/secret-stores/" + register, Map.of());
        if (answer.isDone()) {
            var value = answer.body().path("egressAllowlist").path(0).asText();
            history.note(new Read(register, value, began, System.nanoTime()));
        }
        return answer.isDone();
    }

    /** The same name at all nodes at once. */
    private void name() {
        var name = "chaos-name-" + numbers.incrementAndGet();
        var asking = door.all().stream()
                .map(node -> Thread.ofVirtual().start(() -> {
                    var answer = door.send(node, "POST", "/secret-stores", Map.of("name", name));
                    if (answer.isDone()) {
                        history.note(new Named(name, answer.body().path("id").asText()));
                    }
                }))
                .toList();
        asking.forEach(Load::join);
    }

    /** An upstream has received a request. */
    public void arrived(Received request) {
        boxes.forEach(box -> box.arrived(request));
    }

    /** Ends it, and reads at every node what there is then. The nodes must be well again. */
    public void stop() {
        stopped = true;
        threads.forEach(Load::join);
        for (var node : door.all()) {
            registers.forEach(register -> patiently("what a store has", () -> read(node, register)));
        }
        patiently("what stores there are", this::list);
        slates.forEach(slate -> patiently("what is on a disk", slate::isWell));
    }

    private boolean list() {
        var listed = new ArrayList<Listed>();
        for (var after = ""; ; after = "&after=" + listed.getLast().name()) {
            var page = door.send(door.any(), "GET", "/secret-stores?limit=1000" + after, Map.of());
            if (!page.isDone()) {
                return false;
            }
            page.body()
                    .forEach(store -> listed.add(new Listed(
                            store.path("name").asText(), store.path("id").asText())));
            if (page.body().size() < 1000) {
                listed.forEach(history::note);
                return true;
            }
        }
    }

    /** What {@code look} has found by then, if anything. */
    static <T> Optional<T> within(Duration time, Supplier<Optional<T>> look) {
        var deadline = System.nanoTime() + time.toNanos();
        var found = look.get();
        while (found.isEmpty() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
            found = look.get();
        }
        return found;
    }

    private static void patiently(String what, java.util.function.BooleanSupplier act) {
        var deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!act.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("the nodes do not answer " + what + " after all is over");
            }
            LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        stopped = true;
        door.close();
    }
}
