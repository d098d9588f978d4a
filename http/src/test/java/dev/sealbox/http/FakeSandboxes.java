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
import dev.sealbox.domain.sandbox.Autoscale;
import dev.sealbox.domain.sandbox.Blueprint;
import dev.sealbox.domain.sandbox.CommandResult;
import dev.sealbox.domain.sandbox.FileEntry;
import dev.sealbox.domain.sandbox.FileRefusal;
import dev.sealbox.domain.sandbox.Limits;
import dev.sealbox.domain.sandbox.NewSandbox;
import dev.sealbox.domain.sandbox.Run;
import dev.sealbox.domain.sandbox.SandboxRefusal;
import dev.sealbox.domain.sandbox.SandboxUpkeep;
import dev.sealbox.domain.sandbox.SandboxView;
import dev.sealbox.domain.sandbox.Sandboxes;
import dev.sealbox.domain.sandbox.Tags;
import dev.sealbox.domain.sandbox.Template;
import dev.sealbox.domain.sandbox.Tier;
import dev.sealbox.domain.sandbox.Upkeep;
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
import java.util.function.UnaryOperator;

/** Sandboxes in memory: files are byte arrays, a command does what the test says. */
final class FakeSandboxes implements Sandboxes, SandboxUpkeep {

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
        if (!Template.of(wish.template()).isKnown()) {
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
        return changed(id, view -> of(view, status, view.blueprint().limits(), view.upkeep()));
    }

    private SandboxView changed(SandboxId id, UnaryOperator<SandboxView> change) {
        return java.util.Objects.requireNonNull(
                        known.computeIfPresent(id, (same, one) -> new Known(one.owner(), change.apply(one.view()))))
                .view();
    }

    private static SandboxView of(SandboxView view, String status, Limits limits, Upkeep upkeep) {
        var plan = view.blueprint();
        return new SandboxView(
                view.id(),
                status,
                new Blueprint(
                        plan.template(),
                        plan.origin(),
                        plan.fileLayers(),
                        limits,
                        plan.timeoutSeconds(),
                        plan.envs(),
                        plan.metadata()),
                view.host(),
                view.startedAt(),
                view.startedBy(),
                view.branch(),
                upkeep);
    }

    private SandboxView kept(SandboxId id, UnaryOperator<Upkeep> change) {
        return changed(id, view -> of(view, view.status(), view.blueprint().limits(), change.apply(view.upkeep())));
    }

    @Override
    public CompletionStage<Outcome<SandboxView>> tag(Origin origin, SandboxId sandbox, Tags tags) {
        return in(
                origin,
                sandbox,
                view -> now(done(kept(
                        sandbox,
                        was -> new Upkeep(
                                was.boot(),
                                was.keptBytes(),
                                was.trouble(),
                                tags.byKey(),
                                Optional.of(Instant.now()),
                                was.scalingLocked(),
                                was.autoscale(),
                                was.preview(),
                                was.site())))));
    }

    /** Uses 2,048 MiB of memory always. */
    @Override
    public CompletionStage<Outcome<Scaled>> scale(Origin origin, SandboxId sandbox, int memoryMB) {
        return in(origin, sandbox, view -> {
            if (view.upkeep().scalingLocked()) {
                return now(refused(new SandboxRefusal.SizeLocked()));
            }
            if (memoryMB < 2048) {
                return now(refused(new SandboxRefusal.MemoryInUse(memoryMB)));
            }
            var limits = Tier.choose(Optional.empty(), Optional.of(memoryMB), Optional.empty());
            var after = changed(
                    sandbox, was -> of(was, was.status(), limits, scaling(was.upkeep(), false, Optional.empty())));
            return now(done(new Scaled(view, after)));
        });
    }

    @Override
    public CompletionStage<Outcome<SandboxView>> autoscale(
            Origin origin, SandboxId sandbox, Optional<Autoscale> autoscale) {
        return in(
                origin,
                sandbox,
                view -> view.upkeep().scalingLocked()
                        ? now(refused(new SandboxRefusal.SizeLocked()))
                        : now(done(kept(sandbox, was -> scaling(was, false, autoscale)))));
    }

    @Override
    public CompletionStage<Outcome<SandboxView>> lockScaling(Origin origin, SandboxId sandbox, boolean locked) {
        return in(
                origin,
                sandbox,
                view -> now(done(
                        kept(sandbox, was -> scaling(was, locked, locked ? Optional.empty() : was.autoscale())))));
    }

    private static Upkeep scaling(Upkeep was, boolean locked, Optional<Autoscale> autoscale) {
        return new Upkeep(
                was.boot(),
                was.keptBytes(),
                was.trouble(),
                was.tags(),
                was.tagsUpdatedAt(),
                locked,
                autoscale,
                was.preview(),
                was.site());
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
