package dev.sealbox.http;

import static dev.sealbox.domain.Outcome.done;
import static dev.sealbox.domain.Outcome.refused;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.egress.TcpTarget;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.sandbox.AllowedHosts;
import dev.sealbox.domain.sandbox.Blueprint;
import dev.sealbox.domain.sandbox.CommandResult;
import dev.sealbox.domain.sandbox.FileEntry;
import dev.sealbox.domain.sandbox.FileRefusal;
import dev.sealbox.domain.sandbox.NewSandbox;
import dev.sealbox.domain.sandbox.Run;
import dev.sealbox.domain.sandbox.SandboxRefusal;
import dev.sealbox.domain.sandbox.SandboxView;
import dev.sealbox.domain.sandbox.Sandboxes;
import dev.sealbox.domain.store.StoreRefusal;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.Supplier;

/** Sandboxes in memory: files are byte arrays, a command does what the test says. */
final class FakeSandboxes implements Sandboxes {

    /** A sandbox and whose it is. */
    record Known(OrganizationId owner, SandboxView view) {}

    final Map<SandboxId, Known> known = new ConcurrentHashMap<>();
    final Map<String, byte[]> files = new ConcurrentHashMap<>();
    private final Set<String> directories = ConcurrentHashMap.newKeySet();
    final List<NewSandbox> wanted = new CopyOnWriteArrayList<>();
    final List<Run> runs = new CopyOnWriteArrayList<>();
    final List<Boolean> stops = new CopyOnWriteArrayList<>();

    volatile Function<Run, CompletionStage<Outcome<CommandResult>>> command =
            run -> now(done(new CommandResult(0, String.join(" ", run.argv()), "")));

    /** What a read of {@code /stream} gives, for files larger than memory. */
    volatile Supplier<InputStream> stream = InputStream::nullInputStream;

    /** What takes a write to {@code /sink}. */
    volatile Function<InputStream, CompletionStage<Outcome<Unit>>> sink = in -> now(done(Unit.DONE));

    SandboxView add(Origin origin, NewSandbox wish, String status) {
        return add(origin, SandboxId.random(new SecureRandom()), wish, status);
    }

    private SandboxView add(Origin origin, SandboxId id, NewSandbox wish, String status) {
        var blueprint = new Blueprint(
                wish.template(),
                Optional.empty(),
                List.of(),
                wish.limits(),
                wish.timeoutSeconds(),
                wish.envs(),
                wish.metadata());
        var view = new SandboxView(
                id, status, blueprint, Optional.of(new HostId("host-1")), Instant.now(), origin.keyId());
        known.put(id, new Known(origin.organization(), view));
        return view;
    }

    @Override
    public CompletionStage<Outcome<SandboxView>> create(Origin origin, NewSandbox wish) {
        return create(origin, SandboxId.random(new SecureRandom()), wish);
    }

    @Override
    public CompletionStage<Outcome<SandboxView>> create(Origin origin, SandboxId id, NewSandbox wish) {
        wanted.add(wish);
        if (wish.store().filter(store -> store.value().equals("unknown")).isPresent()) {
            return now(refused(new StoreRefusal.UnknownName(wish.store().get())));
        }
        if (!wish.template().equals("base")) {
            return now(refused(new SandboxRefusal.UnknownTemplate()));
        }
        return now(done(add(origin, id, wish, "running")));
    }

    @Override
    public CompletionStage<Outcome<SandboxView>> read(Origin origin, SandboxId sandbox) {
        return in(origin, sandbox, view -> now(done(view)));
    }

    @Override
    public CompletionStage<List<SandboxView>> list(Origin origin) {
        return now(known.values().stream()
                .filter(one -> one.owner().equals(origin.organization()))
                .map(Known::view)
                .toList());
    }

    @Override
    public CompletionStage<Outcome<Unit>> stop(Origin origin, SandboxId sandbox, boolean deleteStore) {
        return in(origin, sandbox, view -> {
            stops.add(deleteStore);
            return now(done(Unit.DONE));
        });
    }

    /** What was asked of a sandbox's life, as {@code verb sandbox argument}. */
    final List<String> life = new CopyOnWriteArrayList<>();

    @Override
    public CompletionStage<Outcome<SandboxView>> hibernate(Origin origin, SandboxId sandbox) {
        return in(origin, sandbox, view -> {
            life.add("hibernate");
            return view.status().equals("stopped")
                    ? now(refused(new SandboxRefusal.NotRunning("stopped")))
                    : now(done(as(sandbox, "hibernated")));
        });
    }

    @Override
    public CompletionStage<Outcome<SandboxView>> wake(Origin origin, SandboxId sandbox, Optional<Integer> timeout) {
        return in(origin, sandbox, view -> {
            life.add("wake " + timeout.map(Object::toString).orElse("-"));
            return view.status().equals("stopped")
                    ? now(refused(new SandboxRefusal.NothingToWake()))
                    : now(done(as(sandbox, "running")));
        });
    }

    @Override
    public CompletionStage<Outcome<Unit>> reboot(Origin origin, SandboxId sandbox) {
        return in(origin, sandbox, view -> {
            life.add("reboot");
            return now(view.status().equals("stopped") ? refused(new SandboxRefusal.Stopped()) : done(Unit.DONE));
        });
    }

    @Override
    public CompletionStage<Outcome<Unit>> changeTimeout(Origin origin, SandboxId sandbox, int seconds) {
        return in(origin, sandbox, view -> {
            life.add("timeout " + seconds);
            return now(view.status().equals("stopped") ? refused(new SandboxRefusal.Stopped()) : done(Unit.DONE));
        });
    }

    private SandboxView as(SandboxId id, String status) {
        return java.util.Objects.requireNonNull(known.computeIfPresent(id, (same, one) -> {
                    var view = one.view();
                    return new Known(
                            one.owner(),
                            new SandboxView(
                                    same,
                                    status,
                                    view.blueprint(),
                                    view.host(),
                                    view.startedAt(),
                                    view.startedBy(),
                                    view.branch(),
                                    view.upkeep()));
                }))
                .view();
    }

    @Override
    public CompletionStage<Outcome<AllowedHosts>> allowedHosts(Origin origin, SandboxId sandbox) {
        return in(
                origin,
                sandbox,
                view -> now(done(new AllowedHosts(
                        List.of(new StoreName("base-store"), new StoreName("top-store")),
                        HostPattern.parseAll(List.of("*.example.com", "api.test")),
                        HostPattern.parseAll(List.of("evil.example.com")),
                        Map.of(new SecretName("TOKEN"), HostPattern.parseAll(List.of("api.test"))),
                        TcpTarget.parseAll(List.of("db.test:5432"))))));
    }

    @Override
    public CompletionStage<Outcome<CommandResult>> run(Origin origin, SandboxId sandbox, Run run) {
        return in(origin, sandbox, view -> {
            runs.add(run);
            return view.status().equals("stopped") ? now(refused(new SandboxRefusal.Stopped())) : command.apply(run);
        });
    }

    @Override
    public CompletionStage<Outcome<InputStream>> readFile(Origin origin, SandboxId sandbox, String path) {
        return in(origin, sandbox, view -> {
            if (path.equals("/stream")) {
                return now(done(stream.get()));
            }
            var bytes = files.get(path);
            return now(
                    bytes == null
                            ? refused(new FileRefusal.NoSuchFile("no such file: " + path))
                            : done(new ByteArrayInputStream(bytes)));
        });
    }

    @Override
    public CompletionStage<Outcome<Unit>> writeFile(
            Origin origin, SandboxId sandbox, String path, InputStream content) {
        return in(
                        origin,
                        sandbox,
                        view -> path.equals("/sink")
                                ? sink.apply(content)
                                : CompletableFuture.supplyAsync(() -> {
                                    files.put(path, bytes(content));
                                    return done(Unit.DONE);
                                }))
                .whenComplete((outcome, failure) -> close(content));
    }

    private static byte[] bytes(InputStream content) {
        try {
            return content.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void close(InputStream content) {
        try {
            content.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public CompletionStage<Outcome<List<FileEntry>>> listFiles(Origin origin, SandboxId sandbox, String path) {
        return in(origin, sandbox, view -> {
            var found = new ArrayList<FileEntry>();
            new TreeMap<>(files)
                    .forEach((name, bytes) -> found.add(new FileEntry(
                            name.substring(name.lastIndexOf('/') + 1),
                            directories.contains(name),
                            name,
                            bytes.length)));
            return now(done(found));
        });
    }

    @Override
    public CompletionStage<Outcome<Unit>> makeDirectory(Origin origin, SandboxId sandbox, String path) {
        return in(origin, sandbox, view -> {
            directories.add(path);
            files.put(path, new byte[0]);
            return now(done(Unit.DONE));
        });
    }

    @Override
    public CompletionStage<Outcome<Unit>> removeFile(Origin origin, SandboxId sandbox, String path) {
        return in(origin, sandbox, view -> {
            files.remove(path);
            return now(done(Unit.DONE));
        });
    }

    private <T> CompletionStage<Outcome<T>> in(
            Origin origin, SandboxId id, Function<SandboxView, CompletionStage<Outcome<T>>> act) {
        var found = known.get(id);
        return found == null || !found.owner().equals(origin.organization())
                ? now(refused(new SandboxRefusal.NoSuchSandbox()))
                : act.apply(found.view());
    }

    private static <T> CompletionStage<T> now(T value) {
        return CompletableFuture.completedFuture(value);
    }
}
