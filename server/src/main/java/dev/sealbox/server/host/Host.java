package dev.sealbox.server.host;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.SteadyTime;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.egress.EgressGate;
import dev.sealbox.domain.egress.EgressPolicy;
import dev.sealbox.domain.egress.SandboxAddress;
import dev.sealbox.domain.egress.TrustAnchors;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.preview.PortConnection;
import dev.sealbox.domain.preview.PreviewPort;
import dev.sealbox.domain.preview.SandboxPorts;
import dev.sealbox.domain.sandbox.Claim;
import dev.sealbox.domain.sandbox.HostFull;
import dev.sealbox.domain.sandbox.Launch;
import dev.sealbox.domain.sandbox.Registrar;
import dev.sealbox.domain.sandbox.SandboxMissing;
import dev.sealbox.domain.sandbox.SandboxResting;
import dev.sealbox.domain.sandbox.SandboxRuntime;
import dev.sealbox.domain.sandbox.StartSandbox;
import dev.sealbox.domain.sandbox.Taken;
import dev.sealbox.domain.sandbox.Terms;
import dev.sealbox.domain.session.Attachment;
import dev.sealbox.domain.session.SandboxSessions;
import dev.sealbox.domain.session.SessionId;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One machine that runs sandboxes: its containers and the gate that they go out by. Nothing leaves a container before
 * its policy has reached the gate. Thread-safe.
 */
public final class Host {
    private static final Logger log = LoggerFactory.getLogger(Host.class);

    /** A host that is not answered keeps the sandbox awake for so long before it asks again. */
    private static final long ASK_AGAIN_MILLIS = 5000;

    private final HostId id;
    private final SandboxRuntime runtime;
    private final SandboxSessions sessions;
    private final SandboxPorts ports;
    private final EgressGate gate;
    private final TrustAnchors anchors;
    private final HostCapacity capacity;
    private final Map<SandboxId, SandboxAddress> addresses = new ConcurrentHashMap<>();
    /** Nobody sleeps, or is made smaller, because the wall clock was set. */
    private final InstantSource time = new SteadyTime();

    private final IdleClocks clocks = new IdleClocks(time::millis);
    private final Sizes sizes = new Sizes(time::millis);
    private final Runs runs = new Runs();
    private final Set<SandboxId> starting = ConcurrentHashMap.newKeySet();
    private final Set<SandboxId> builders = ConcurrentHashMap.newKeySet();
    private final Removals removals = new Removals();
    private final LastUses uses;
    private final Adoption adoption = new Adoption(this);
    private final Map<SandboxId, Long> usedBefore;

    /** {@code lastUses} is a file of this host's own, for the idle clocks. */
    public Host(
            HostId id,
            SandboxRuntime runtime,
            SandboxSessions sessions,
            SandboxPorts ports,
            EgressGate gate,
            TrustAnchors anchors,
            HostCapacity capacity,
            Path lastUses) {
        this.uses = new LastUses(lastUses, () -> System.currentTimeMillis() - time.millis());
        this.usedBefore = uses.read();
        this.id = id;
        this.runtime = runtime;
        this.sessions = sessions;
        this.ports = ports;
        this.gate = gate;
        this.anchors = anchors;
        this.capacity = capacity;
    }

    public HostId id() {
        return id;
    }

    /** What it can give and has promised. */
    public HostCapacity capacity() {
        return capacity;
    }

    /** Whether the sandbox is awake here, or about to be. */
    boolean runs(SandboxId sandbox) {
        return runs.has(sandbox) || starting.contains(sandbox);
    }

    /** Whether {@code run} of the sandbox goes on, and none of it begins. */
    boolean isSame(SandboxId sandbox, UsageMeter.Run run) {
        return runs.of(sandbox).filter(run::equals).isPresent() && !starting.contains(sandbox);
    }

    /** What is removed of sandboxes that are elsewhere, apart from starts. */
    Removals removals() {
        return removals;
    }

    /** For what needs no sandbox that is awake. */
    SandboxRuntime runtime() {
        return runtime;
    }

    /** Does something with a sandbox, which is in use meanwhile; fails when it is being put to sleep. */
    <T> CompletionStage<T> using(SandboxId sandbox, Function<SandboxRuntime, CompletionStage<T>> task) {
        if (!clocks.enter(sandbox)) {
            return CompletableFuture.failedFuture(new SandboxResting(sandbox));
        }
        return begun(() -> task.apply(runtime)).whenComplete((done, failure) -> clocks.leave(sandbox));
    }

    /** As {@link #using}, with its sessions. */
    <T> CompletionStage<T> inSession(SandboxId sandbox, Function<SandboxSessions, CompletionStage<T>> task) {
        return using(sandbox, any -> task.apply(sessions));
    }

    /** Attaches to a session. That alone does not keep its sandbox awake, but what goes either way does. */
    CompletionStage<Outcome<Attachment>> attach(SandboxId sandbox, SessionId session, boolean terminal) {
        return inSession(sandbox, all -> all.attach(sandbox, session, terminal))
                .thenApply(outcome ->
                        outcome.<Attachment>map(attached -> new UsedAttachment(attached, () -> clocks.touch(sandbox))));
    }

    /** Connects to a port. As with a session, only what goes either way keeps the sandbox awake. */
    CompletionStage<Outcome<PortConnection>> connect(SandboxId sandbox, PreviewPort port) {
        return using(sandbox, any -> ports.connect(sandbox, port))
                .thenApply(outcome -> outcome.<PortConnection>map(
                        connection -> new UsedConnection(connection, () -> clocks.touch(sandbox))));
    }

    /** Opens a file; its sandbox is in use until the content is closed. */
    CompletionStage<Outcome<InputStream>> read(SandboxId sandbox, String path) {
        if (!clocks.enter(sandbox)) {
            return CompletableFuture.failedFuture(new SandboxResting(sandbox));
        }
        return begun(() -> runtime.read(sandbox, path))
                .thenApply(
                        outcome -> outcome.<InputStream>map(content -> new InUse(content, () -> clocks.leave(sandbox))))
                .whenComplete((outcome, failure) -> {
                    if (!(outcome instanceof Outcome.Done<InputStream>)) {
                        clocks.leave(sandbox);
                    }
                });
    }

    static <T> CompletionStage<T> begun(Supplier<CompletionStage<T>> task) {
        try {
            return task.get();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Notes a use that takes no time. */
    CompletionStage<Unit> use(SandboxId sandbox) {
        return using(sandbox, any -> CompletableFuture.completedFuture(Unit.DONE));
    }

    /** Its sandbox is asked before it can reach anything: the order may be one that nobody waits for any more. */
    CompletionStage<Boolean> start(StartSandbox start, Registrar registrar) {
        return adoption.done()
                .thenCompose(any -> removals.beforeStart(start.policy().sandbox()))
                .thenCompose(any -> promised(start, registrar));
    }

    private CompletionStage<Boolean> promised(StartSandbox start, Registrar registrar) {
        var sandbox = start.policy().sandbox();
        if (!capacity.promise(sandbox, start.terms().limits())) {
            return CompletableFuture.failedFuture(new HostFull());
        }
        starting.add(sandbox);
        return begun(() -> started(start, registrar)).whenComplete((done, failure) -> {
            starting.remove(sandbox);
            if (!runs.has(sandbox)) {
                capacity.release(sandbox);
            }
        });
    }

    private CompletionStage<Boolean> started(StartSandbox start, Registrar registrar) {
        var policy = start.policy();
        return anchors.certificate(policy.organization())
                .thenCompose(authority -> runtime.start(new Launch(
                        policy.sandbox(),
                        start.template(),
                        start.layers(),
                        start.terms().limits(),
                        authority,
                        start.origin(),
                        start.generation(),
                        start.kept(),
                        start.resume())))
                .thenCompose(begun -> registrar
                        .claim(id, policy.sandbox())
                        .exceptionally(failure -> unanswered(policy.sandbox(), failure))
                        .thenCompose(claim -> present(claim, policy)
                                .map(present -> admit(begun.address(), present).thenAccept(admitted -> {
                                    clocks.began(policy.sandbox(), start.terms().timeoutSeconds(), time.millis());
                                    noteRun(policy, start.terms());
                                }))
                                .orElseGet(() -> refused(policy.sandbox(), claim)))
                        .thenApply(done -> begun.resumed()));
    }

    /** What it may reach now if it is to run here; {@code ordered} is what was to be so when that was told. */
    private Optional<EgressPolicy> present(Claim claim, EgressPolicy ordered) {
        return switch (claim) {
            case Claim.Runs(var policy, var terms) ->
                Optional.of(policy.revision() < ordered.revision() ? ordered : policy);
            // Builders of images are no sandboxes, and use no secrets.
            case Claim.Unknown()
            when ordered.grants().isEmpty() -> {
                builders.add(ordered.sandbox());
                yield Optional.of(ordered);
            }
            case Claim.Unknown unknown -> Optional.empty();
            case Claim.Sleeps sleeping -> Optional.empty();
            case Claim.Foreign elsewhere -> Optional.empty();
        };
    }

    /** What nobody answers for does not run; the next start finds its disk. */
    private static Claim unanswered(SandboxId sandbox, Throwable failure) {
        log.warn("whether {} is to run here is not answered: {}", sandbox, failure.toString());
        return new Claim.Sleeps();
    }

    private CompletionStage<Void> refused(SandboxId sandbox, Claim claim) {
        log.info("ending {}, which was started here and is not to run here now", sandbox);
        var ended =
                claim instanceof Claim.Sleeps() ? hibernate(sandbox, true).thenApply(kept -> Unit.DONE) : stop(sandbox);
        return ended.thenCompose(
                done -> CompletableFuture.failedFuture(new HostFailure("the sandbox is not to run on this host now")));
    }

    /**
     * Closes the gate, ends the container and keeps the disk.
     *
     * @param processes whether to keep them as well. The gate then closes last: a sandbox whose connections were closed for
     *     it could not be saved. Of a host that is being emptied all goes elsewhere, where they are of no use
     */
    CompletionStage<Taken> hibernate(SandboxId sandbox, boolean processes) {
        clocks.rest(sandbox);
        var keeps = processes && !capacity.isDraining();
        return (keeps ? CompletableFuture.completedFuture(Unit.DONE) : expel(sandbox))
                .thenCompose(expelled -> runtime.park(sandbox, keeps))
                .handle((kept, failure) -> expel(sandbox)
                        .thenCompose(expelled -> failure == null
                                ? CompletableFuture.completedFuture(kept)
                                : CompletableFuture.<Taken>failedFuture(failure)))
                .thenCompose(ended -> ended)
                .thenApply(kept -> {
                    clocks.forget(sandbox);
                    endRun(sandbox);
                    return kept;
                });
    }

    CompletionStage<Unit> adjust(SandboxId sandbox, Terms terms, boolean restart) {
        return runtime.limit(sandbox, terms.limits()).thenApply(limited -> {
            clocks.change(sandbox, terms.timeoutSeconds(), restart);
            sizes.set(sandbox, terms);
            capacity.note(sandbox, terms.limits());
            runs.resize(sandbox, terms.limits());
            return Unit.DONE;
        });
    }

    /** Asks for the hibernation of those that are idle; until the answer nothing begins on them. */
    void hibernateIdle(Registrar registrar) {
        clocks.due()
                .forEach(idle -> begun(() -> registrar.idle(id, idle.sandbox(), idle.timeoutSeconds()))
                        .whenComplete((agreed, failure) -> {
                            if (failure != null || !agreed) {
                                clocks.goOn(idle.sandbox(), ASK_AGAIN_MILLIS);
                            }
                        }));
    }

    private void noteRun(EgressPolicy policy, Terms terms) {
        sizes.set(policy.sandbox(), terms);
        capacity.note(policy.sandbox(), terms.limits());
        runs.begin(policy.sandbox(), policy.organization(), terms.limits());
    }

    private void endRun(SandboxId sandbox) {
        sizes.forget(sandbox);
        capacity.release(sandbox);
        builders.remove(sandbox);
        runs.end(sandbox);
    }

    /** What runs here, and what has ended. */
    Runs runs() {
        return runs;
    }

    /** The bytes of memory that a sandbox uses; empty when that cannot be seen, for instance when it is just ending. */
    Optional<Long> memoryInUse(SandboxId sandbox) {
        try {
            return Optional.of(
                    runtime.memoryInUse(sandbox).toCompletableFuture().get(5, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (ExecutionException | TimeoutException e) {
            log.debug("the memory of {} is not seen: {}", sandbox, e.toString());
            return Optional.empty();
        }
    }

    /** Asks for another size of those that are scaled by what they use. */
    void fitSizes(Registrar registrar) {
        sizes.watched()
                .forEach(sandbox -> begun(() -> runtime.memoryInUse(sandbox))
                        .thenAccept(used -> sizes.wanted(sandbox, used)
                                .ifPresent(memoryMB -> begun(() -> registrar.fit(id, sandbox, memoryMB))))
                        .exceptionally(failure -> {
                            log.debug("the size of {} is not looked at: {}", sandbox, failure.toString());
                            return null;
                        }));
    }

    void rememberUses() {
        uses.write(clocks.lastUses());
    }

    CompletionStage<Unit> enforce(EgressPolicy policy) {
        var address = addresses.get(policy.sandbox());
        return address == null
                ? CompletableFuture.failedFuture(new SandboxMissing(policy.sandbox()))
                : gate.admit(address, policy).thenApply(admitted -> Unit.DONE);
    }

    CompletionStage<Unit> admit(SandboxAddress address, EgressPolicy policy) {
        return gate.admit(address, policy).thenApply(admitted -> {
            addresses.put(address.sandbox(), address);
            return Unit.DONE;
        });
    }

    /**
     * Closes the gate, ends the container, and closes the gate again: a start that nobody waited for any longer may have
     * opened it meanwhile, and the next sandbox may get the same address.
     */
    CompletionStage<Unit> stop(SandboxId sandbox) {
        clocks.rest(sandbox);
        return expel(sandbox)
                .thenCompose(expelled -> runtime.stop(sandbox))
                .thenCompose(stopped -> expel(sandbox))
                .thenApply(expelled -> {
                    clocks.forget(sandbox);
                    endRun(sandbox);
                    return expelled;
                });
    }

    private CompletionStage<Unit> expel(SandboxId sandbox) {
        addresses.remove(sandbox);
        return shut(sandbox);
    }

    /** Until {@link #adopt} is done nothing begins here and nothing is left here: there may be more than is known. */
    public void expectAdoption() {
        adoption.expect();
    }

    /** Takes over the containers that an earlier process left, and ends those that nobody knows. */
    public CompletionStage<Unit> adopt(Registrar registrar) {
        return adoption.adopt(registrar);
    }

    /** As {@link Adoption#catchUp}. */
    public CompletionStage<Unit> catchUp(Registrar registrar) {
        return adoption.catchUp(registrar);
    }

    /** Goes on with a sandbox that an earlier process has begun. */
    CompletionStage<Unit> takeOver(SandboxAddress address, EgressPolicy policy, Terms terms) {
        var lastUse = usedBefore.getOrDefault(address.sandbox(), time.millis());
        clocks.began(address.sandbox(), terms.timeoutSeconds(), lastUse);
        noteRun(policy, terms);
        return admit(address, policy);
    }

    /** Where those are that can reach something, or could a moment ago. */
    List<SandboxAddress> addresses() {
        return List.copyOf(addresses.values());
    }

    /** No way out until the next policy. */
    CompletionStage<Unit> shut(SandboxId sandbox) {
        return gate.expel(sandbox).thenApply(expelled -> Unit.DONE);
    }

    /** Whether an image is built in it. */
    boolean builds(SandboxId sandbox) {
        return builders.contains(sandbox);
    }

    /** Hibernates every sandbox, for a node that is configured so. */
    public CompletionStage<Unit> hibernateAll(Registrar registrar) {
        return runtime.running()
                .thenCompose(found -> all(
                        found,
                        address -> registrar.hibernate(id, address.sandbox()).thenApply(hibernated -> Unit.DONE)));
    }

    /** Ends every container, for a node that is configured not to keep them. */
    public CompletionStage<Unit> stopAll() {
        return runtime.running().thenCompose(found -> all(found, address -> stop(address.sandbox())));
    }

    /** One sandbox that cannot be dealt with must not keep the others from it. */
    static CompletionStage<Unit> all(List<SandboxAddress> found, Function<SandboxAddress, CompletionStage<Unit>> act) {
        var acts = found.stream()
                .map(address -> act.apply(address).toCompletableFuture().exceptionally(failure -> {
                    log.warn("{}: {}", address.sandbox(), failure.toString());
                    return Unit.DONE;
                }))
                .toArray(CompletableFuture<?>[]::new);
        return CompletableFuture.allOf(acts).thenApply(done -> Unit.DONE);
    }
}
