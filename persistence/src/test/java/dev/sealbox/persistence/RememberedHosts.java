package dev.sealbox.persistence;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.egress.EgressPolicy;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.placement.Place;
import dev.sealbox.domain.placement.Wanted;
import dev.sealbox.domain.sandbox.Command;
import dev.sealbox.domain.sandbox.CommandResult;
import dev.sealbox.domain.sandbox.FileEntry;
import dev.sealbox.domain.sandbox.SandboxHosts;
import dev.sealbox.domain.sandbox.SandboxMissing;
import dev.sealbox.domain.sandbox.StartSandbox;
import dev.sealbox.domain.sandbox.Taken;
import dev.sealbox.domain.sandbox.Terms;
import dev.sealbox.domain.sealing.MayReveal;
import dev.sealbox.domain.sealing.SealContext;
import dev.sealbox.domain.sealing.Vault;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Hosts without containers: they remember what they were told, and open a sandbox's values as an egress gate does. They
 * outlive a node, as containers do.
 */
final class RememberedHosts implements SandboxHosts {
    static final HostId HERE = new HostId("host-1");

    /** A template that these hosts have not what it takes to run. */
    private static final String NOT_OFFERED = "base-runsc";

    final Map<SandboxId, StartSandbox> started = new ConcurrentHashMap<>();
    final Map<SandboxId, EgressPolicy> policies = new ConcurrentHashMap<>();
    final Map<SandboxId, Map<SecretName, String>> values = new ConcurrentHashMap<>();
    final List<Command> commands = new CopyOnWriteArrayList<>();
    final Set<CheckpointId> layers = ConcurrentHashMap.newKeySet();
    volatile long memoryInUse;
    volatile boolean full;

    /** Whether there is no room for what is new. */
    volatile boolean nearlyFull;

    volatile @Nullable RuntimeException broken;
    volatile CompletableFuture<Unit> gate = CompletableFuture.completedFuture(Unit.DONE);
    private volatile @Nullable Vault vault;

    RememberedHosts opening(Vault with) {
        vault = with;
        return this;
    }

    EgressPolicy policy(SandboxId sandbox) {
        return Optional.ofNullable(policies.get(sandbox)).orElseThrow();
    }

    List<CheckpointId> layersOf(SandboxId sandbox) {
        return Optional.ofNullable(started.get(sandbox)).orElseThrow().layers();
    }

    private <T> CompletionStage<T> unlessBroken(Supplier<CompletionStage<T>> task) {
        var failure = broken;
        return failure == null ? gate.thenCompose(open -> task.get()) : CompletableFuture.failedFuture(failure);
    }

    @Override
    public boolean hasRoom(Optional<HostId> host) {
        return !nearlyFull;
    }

    @Override
    public Place place(Wanted wanted) {
        return full || wanted.template().equals(NOT_OFFERED) ? new Place.Nowhere() : new Place.On(HERE);
    }

    @Override
    public CompletionStage<Boolean> start(HostId host, StartSandbox start) {
        return unlessBroken(() -> admit(start.policy()).thenApply(done -> {
            started.put(start.policy().sandbox(), start);
            return false;
        }));
    }

    @Override
    public CompletionStage<Unit> enforce(HostId host, EgressPolicy policy) {
        return unlessBroken(() -> policies.containsKey(policy.sandbox()) ? admit(policy) : missing(policy.sandbox()));
    }

    /** As a host does that finds the container of an earlier process. */
    CompletionStage<Unit> adopt(EgressPolicy policy) {
        return admit(policy);
    }

    private CompletionStage<Unit> admit(EgressPolicy policy) {
        var opened = new HashMap<SecretName, CompletableFuture<String>>();
        policy.grants().forEach((name, grant) -> {
            var known = values.getOrDefault(policy.sandbox(), Map.of()).get(name);
            if (grant.orphaned()) {
                // No key opens it any more: it is remembered, or gone.
                if (known != null) {
                    opened.put(name, CompletableFuture.completedFuture(known));
                }
                return;
            }
            var context = new SealContext(
                    policy.organization(), grant.store(), name, grant.value().key());
            opened.put(name, open(context, grant.value()).toCompletableFuture());
        });
        return CompletableFuture.allOf(opened.values().toArray(CompletableFuture<?>[]::new))
                .thenApply(done -> {
                    policies.compute(policy.sandbox(), (id, known) -> {
                        if (known != null && known.revision() > policy.revision()) {
                            return known;
                        }
                        var all = new HashMap<SecretName, String>();
                        opened.forEach((name, value) -> all.put(name, value.join()));
                        values.put(id, all);
                        return policy;
                    });
                    return Unit.DONE;
                });
    }

    @MayReveal("the test compares what a gate would put into a request")
    private CompletionStage<String> open(SealContext context, dev.sealbox.domain.sealing.Encrypted value) {
        var opener = vault;
        if (opener == null) {
            throw new IllegalStateException("no vault");
        }
        return opener.open(context, value).thenApply(plaintext -> {
            try (plaintext) {
                return new String(plaintext.reveal(), StandardCharsets.UTF_8);
            }
        });
    }

    @Override
    public CompletionStage<Kept> hibernate(HostId host, SandboxId sandbox, Optional<Image> image, boolean processes) {
        return unlessBroken(() -> {
            forget(sandbox);
            return CompletableFuture.completedFuture(new Kept(8192, Optional.empty()));
        });
    }

    /** Also of a container that an earlier process of the test started. */
    @Override
    public CompletionStage<Unit> adjust(HostId host, SandboxId sandbox, Terms terms, boolean restart) {
        return unlessBroken(() -> CompletableFuture.completedFuture(Unit.DONE));
    }

    @Override
    public CompletionStage<Long> memoryInUse(HostId host, SandboxId sandbox) {
        return unlessBroken(() -> CompletableFuture.completedFuture(memoryInUse));
    }

    @Override
    public CompletionStage<Unit> use(HostId host, SandboxId sandbox) {
        return started.containsKey(sandbox) ? CompletableFuture.completedFuture(Unit.DONE) : missing(sandbox);
    }

    @Override
    public CompletionStage<Unit> stop(HostId host, SandboxId sandbox) {
        return unlessBroken(() -> {
            forget(sandbox);
            return CompletableFuture.completedFuture(Unit.DONE);
        });
    }

    /** As if the container had died. */
    void forget(SandboxId sandbox) {
        started.remove(sandbox);
        policies.remove(sandbox);
        values.remove(sandbox);
    }

    @Override
    public CompletionStage<Taken> checkpoint(HostId host, SandboxId sandbox, CheckpointId checkpoint, boolean memory) {
        return unlessBroken(() -> {
            layers.add(checkpoint);
            return CompletableFuture.completedFuture(new Taken(4096, false));
        });
    }

    @Override
    public CompletionStage<Unit> discard(HostId host, CheckpointId checkpoint) {
        return unlessBroken(() -> {
            layers.remove(checkpoint);
            return CompletableFuture.completedFuture(Unit.DONE);
        });
    }

    private <T> CompletionStage<T> missing(SandboxId sandbox) {
        return CompletableFuture.failedFuture(new SandboxMissing(sandbox));
    }

    @Override
    public CompletionStage<CommandResult> run(HostId host, SandboxId sandbox, Command command) {
        if (!started.containsKey(sandbox)) {
            return missing(sandbox);
        }
        commands.add(command);
        var script = command.argv().getLast();
        // The one command that any shell is sure to fail.
        return CompletableFuture.completedFuture(
                script.equals("exit 3") ? new CommandResult(3, "", "it was told to") : new CommandResult(0, "ran", ""));
    }

    @Override
    public CompletionStage<Outcome<InputStream>> readFile(HostId host, SandboxId sandbox, String path) {
        return CompletableFuture.completedFuture(
                Outcome.done(new ByteArrayInputStream(path.getBytes(StandardCharsets.UTF_8))));
    }

    @Override
    public CompletionStage<Outcome<Unit>> writeFile(HostId host, SandboxId sandbox, String path, InputStream content) {
        return CompletableFuture.completedFuture(Outcome.done(Unit.DONE));
    }

    @Override
    public CompletionStage<Outcome<List<FileEntry>>> listFiles(HostId host, SandboxId sandbox, String path) {
        return CompletableFuture.completedFuture(Outcome.done(List.of()));
    }

    @Override
    public CompletionStage<Outcome<Unit>> makeDirectory(HostId host, SandboxId sandbox, String path) {
        return CompletableFuture.completedFuture(Outcome.done(Unit.DONE));
    }

    @Override
    public CompletionStage<Outcome<Unit>> removeFile(HostId host, SandboxId sandbox, String path) {
        return CompletableFuture.completedFuture(Outcome.done(Unit.DONE));
    }
}
