package dev.sealbox.domain.sandbox;

import static dev.sealbox.domain.Decision.accept;
import static dev.sealbox.domain.Decision.refuse;

import dev.sealbox.domain.Decision;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.Recorded;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.placement.Siting;
import dev.sealbox.domain.preview.Preview;
import dev.sealbox.domain.preview.PreviewRefusal;
import dev.sealbox.domain.preview.PreviewUrl;
import dev.sealbox.domain.preview.Visit;
import dev.sealbox.domain.sandbox.SandboxCommand.ChangeAutoscale;
import dev.sealbox.domain.sandbox.SandboxCommand.ChangeTimeout;
import dev.sealbox.domain.sandbox.SandboxCommand.ClosePort;
import dev.sealbox.domain.sandbox.SandboxCommand.ConfirmHibernated;
import dev.sealbox.domain.sandbox.SandboxCommand.ConfirmStarted;
import dev.sealbox.domain.sandbox.SandboxCommand.ConfirmStopped;
import dev.sealbox.domain.sandbox.SandboxCommand.CreateSandbox;
import dev.sealbox.domain.sandbox.SandboxCommand.ExposePort;
import dev.sealbox.domain.sandbox.SandboxCommand.FitSize;
import dev.sealbox.domain.sandbox.SandboxCommand.ForgetCheckpoint;
import dev.sealbox.domain.sandbox.SandboxCommand.GuardPreview;
import dev.sealbox.domain.sandbox.SandboxCommand.HibernateIdle;
import dev.sealbox.domain.sandbox.SandboxCommand.HibernateSandbox;
import dev.sealbox.domain.sandbox.SandboxCommand.LockScaling;
import dev.sealbox.domain.sandbox.SandboxCommand.MoveSandbox;
import dev.sealbox.domain.sandbox.SandboxCommand.NameCheckpoint;
import dev.sealbox.domain.sandbox.SandboxCommand.NoteImage;
import dev.sealbox.domain.sandbox.SandboxCommand.NotePatchFailed;
import dev.sealbox.domain.sandbox.SandboxCommand.NotePatched;
import dev.sealbox.domain.sandbox.SandboxCommand.PlaceSandbox;
import dev.sealbox.domain.sandbox.SandboxCommand.RebootSandbox;
import dev.sealbox.domain.sandbox.SandboxCommand.ReplaceTags;
import dev.sealbox.domain.sandbox.SandboxCommand.ReportHostGone;
import dev.sealbox.domain.sandbox.SandboxCommand.ReportLost;
import dev.sealbox.domain.sandbox.SandboxCommand.ReportMissing;
import dev.sealbox.domain.sandbox.SandboxCommand.ReportWakeFailed;
import dev.sealbox.domain.sandbox.SandboxCommand.RestoreCheckpoint;
import dev.sealbox.domain.sandbox.SandboxCommand.RevokeSecrets;
import dev.sealbox.domain.sandbox.SandboxCommand.ScaleSandbox;
import dev.sealbox.domain.sandbox.SandboxCommand.SealNames;
import dev.sealbox.domain.sandbox.SandboxCommand.StopSandbox;
import dev.sealbox.domain.sandbox.SandboxCommand.UncountCheckpoint;
import dev.sealbox.domain.sandbox.SandboxCommand.WakeSandbox;
import dev.sealbox.domain.sandbox.SandboxEvent.AutoscaleChanged;
import dev.sealbox.domain.sandbox.SandboxEvent.CheckpointForgotten;
import dev.sealbox.domain.sandbox.SandboxEvent.CheckpointNamed;
import dev.sealbox.domain.sandbox.SandboxEvent.CheckpointUncounted;
import dev.sealbox.domain.sandbox.SandboxEvent.DiskKept;
import dev.sealbox.domain.sandbox.SandboxEvent.HibernateRequested;
import dev.sealbox.domain.sandbox.SandboxEvent.PatchApplied;
import dev.sealbox.domain.sandbox.SandboxEvent.PatchFailed;
import dev.sealbox.domain.sandbox.SandboxEvent.PortClosed;
import dev.sealbox.domain.sandbox.SandboxEvent.PortExposed;
import dev.sealbox.domain.sandbox.SandboxEvent.PreviewGuarded;
import dev.sealbox.domain.sandbox.SandboxEvent.ProcessesDropped;
import dev.sealbox.domain.sandbox.SandboxEvent.ProcessesKept;
import dev.sealbox.domain.sandbox.SandboxEvent.ProcessesResumed;
import dev.sealbox.domain.sandbox.SandboxEvent.ReachWidened;
import dev.sealbox.domain.sandbox.SandboxEvent.RebootRequested;
import dev.sealbox.domain.sandbox.SandboxEvent.RestoreRequested;
import dev.sealbox.domain.sandbox.SandboxEvent.SandboxCreated;
import dev.sealbox.domain.sandbox.SandboxEvent.SandboxHibernated;
import dev.sealbox.domain.sandbox.SandboxEvent.SandboxLost;
import dev.sealbox.domain.sandbox.SandboxEvent.SandboxMoved;
import dev.sealbox.domain.sandbox.SandboxEvent.SandboxPlaced;
import dev.sealbox.domain.sandbox.SandboxEvent.SandboxRebooted;
import dev.sealbox.domain.sandbox.SandboxEvent.SandboxRecreated;
import dev.sealbox.domain.sandbox.SandboxEvent.SandboxScaled;
import dev.sealbox.domain.sandbox.SandboxEvent.SandboxSited;
import dev.sealbox.domain.sandbox.SandboxEvent.SandboxStarted;
import dev.sealbox.domain.sandbox.SandboxEvent.SandboxStopped;
import dev.sealbox.domain.sandbox.SandboxEvent.SandboxWoken;
import dev.sealbox.domain.sandbox.SandboxEvent.ScalingLocked;
import dev.sealbox.domain.sandbox.SandboxEvent.SecretsRevoked;
import dev.sealbox.domain.sandbox.SandboxEvent.StopRequested;
import dev.sealbox.domain.sandbox.SandboxEvent.StoresLayered;
import dev.sealbox.domain.sandbox.SandboxEvent.TagsReplaced;
import dev.sealbox.domain.sandbox.SandboxEvent.TimeoutChanged;
import dev.sealbox.domain.sandbox.SandboxEvent.TokensAdded;
import dev.sealbox.domain.sandbox.SandboxEvent.TokensSealed;
import dev.sealbox.domain.sandbox.SandboxEvent.WakeFailed;
import dev.sealbox.domain.sandbox.SandboxEvent.WakeRequested;
import dev.sealbox.domain.sealing.SealedToken;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The life of one sandbox, from its creation to its stop. {@link #decide} says what may happen, {@link #apply} what then
 * is.
 *
 * @param host where it was placed; empty before
 * @param checkpoints those that were taken of it and not deleted, oldest first
 * @param reason why it was lost; empty otherwise
 * @param startedAt when it was created
 * @param startedBy the id of the API key that created it; empty for one of a time when that was not kept
 * @param branch what checkpoints have made of it
 * @param upkeep what changes about it while it lives
 */
public record Sandbox(
        Stage stage,
        OrganizationId organization,
        Blueprint blueprint,
        Stack stack,
        Tokens tokens,
        Optional<HostId> host,
        Map<CheckpointId, NamedCheckpoint> checkpoints,
        String reason,
        Instant startedAt,
        String startedBy,
        Branch branch,
        Upkeep upkeep) {

    /** Where a sandbox stands; {@code STOPPED} is final. */
    public enum Stage {
        ABSENT,
        STARTING,
        RUNNING,
        /** Its disk is being put back to a checkpoint. */
        RESTORING,
        HIBERNATING,
        HIBERNATED,
        WAKING,
        REBOOTING,
        STOPPING,
        STOPPED,
        LOST;

        /** The word that clients compare with. */
        public String status() {
            return switch (this) {
                case STARTING -> "pending";
                case RUNNING, RESTORING, HIBERNATING, REBOOTING -> "running";
                case HIBERNATED, WAKING -> "hibernated";
                case ABSENT, STOPPING, STOPPED -> "stopped";
                case LOST -> "error";
            };
        }
    }

    /** The stores that it was started with. */
    public record Stack(List<StoreLayer> stores, boolean lost, List<HostPattern> remembered) {
        public static final Stack EMPTY = new Stack(List.of(), false, List.of());
    }

    /**
     * A checkpoint as its sandbox counts it.
     *
     * @param counted false once it is known to have failed
     */
    public record NamedCheckpoint(String name, CheckpointKind kind, boolean counted) {}

    public static final Sandbox ABSENT = new Sandbox(
            Stage.ABSENT,
            new OrganizationId("none"),
            new Blueprint("", Optional.empty(), List.of(), new Limits(0, 0, 0), 0, Map.of(), Map.of()),
            Stack.EMPTY,
            Tokens.NONE,
            Optional.empty(),
            Map.of(),
            "",
            Instant.EPOCH,
            "",
            Branch.NEW,
            Upkeep.NEW);

    /** Whether {@code asking} may know of this sandbox. */
    public boolean isVisibleTo(OrganizationId asking) {
        return stage != Stage.ABSENT && organization.equals(asking);
    }

    public Decision<SandboxEvent, SandboxRefusal> decide(Origin origin, SandboxCommand command) {
        if (command instanceof CreateSandbox create) {
            return stage == Stage.ABSENT ? created(create) : refuse(new SandboxRefusal.AlreadyExists());
        }
        if (!isVisibleTo(origin.organization())) {
            return refuse(new SandboxRefusal.NoSuchSandbox());
        }
        return switch (command) {
            case CreateSandbox c -> refuse(new SandboxRefusal.AlreadyExists());
            case SealNames(var drawn) -> sealNames(drawn);
            case PlaceSandbox(var on) -> Whereabouts.place(this, on);
            case ConfirmStarted(var resumed) -> started(resumed);
            case ReportMissing(var boot) ->
                stage == Stage.RUNNING && boot == upkeep.boot()
                        ? accept(new SandboxLost("its container is gone"))
                        : accept();
            case HibernateSandbox(var cause) -> hibernate(cause);
            case HibernateIdle(var timeout) ->
                stage == Stage.RUNNING && timeout > 0 && timeout == blueprint.timeoutSeconds()
                        ? accept(new HibernateRequested(HibernationCause.IDLE))
                        : accept();
            case ConfirmHibernated hibernated -> hibernated(hibernated);
            case NoteImage(var image) ->
                stage == Stage.WAKING && upkeep.site().image().isEmpty() ? accept(new DiskKept(image)) : accept();
            case MoveSandbox(var to) -> Whereabouts.move(this, to);
            case ReportHostGone gone -> Whereabouts.hostGone(this, gone);
            case WakeSandbox(var timeout) -> wake(timeout);
            case ReportWakeFailed(var why) ->
                stage == Stage.WAKING || stage == Stage.REBOOTING ? accept(new WakeFailed(why)) : accept();
            case RebootSandbox() -> reboot();
            case ChangeTimeout(var seconds) -> isOver() ? refuse(new SandboxRefusal.Stopped()) : timeout(seconds);
            case ReplaceTags(var wanted) ->
                wanted.byKey().equals(upkeep.tags()) && upkeep.tagsUpdatedAt().isPresent()
                        ? accept()
                        : accept(new TagsReplaced(wanted.byKey()));
            case ScaleSandbox(var tier) -> Scaling.byHand(this, tier);
            case FitSize(var memoryMB) -> Scaling.byUse(this, memoryMB);
            case ChangeAutoscale(var wanted) -> Scaling.between(this, wanted);
            case LockScaling(var locked) -> Scaling.lock(upkeep, locked);
            case ExposePort expose -> Exposure.open(this, expose);
            case ClosePort(var port) -> Exposure.close(this, port);
            case GuardPreview guard -> Exposure.guard(this, guard);
            case ReportLost(var why) -> lost(why);
            case StopSandbox() ->
                stage == Stage.STOPPING || stage == Stage.STOPPED ? accept() : accept(new StopRequested());
            case ConfirmStopped() -> stage == Stage.STOPPING ? accept(new SandboxStopped()) : accept();
            case NameCheckpoint named -> Checkpointing.name(this, named);
            case ForgetCheckpoint(var checkpoint) -> Checkpointing.forget(this, checkpoint);
            case UncountCheckpoint(var checkpoint) -> Checkpointing.uncount(this, checkpoint);
            case RestoreCheckpoint restore -> Checkpointing.restore(this, restore);
            case NotePatched(var number) ->
                alive() && !branch.patches().contains(number) ? accept(new PatchApplied(number)) : accept();
            case NotePatchFailed(var number, var error) -> alive() ? accept(new PatchFailed(number, error)) : accept();
            // One that sleeps is not to have its secrets again when it wakes.
            case RevokeSecrets() -> mayRun() && !branch.revoked() ? accept(new SecretsRevoked()) : accept();
        };
    }

    private static Decision<SandboxEvent, SandboxRefusal> created(CreateSandbox create) {
        var events = new ArrayList<SandboxEvent>(List.of(
                new SandboxCreated(create.blueprint()),
                new StoresLayered(create.stores(), create.lost(), create.remembered()),
                new TokensSealed(create.tokens())));
        create.widening().ifPresent(widening -> events.add(new ReachWidened(widening)));
        create.guard().ifPresent(token -> events.add(new PreviewGuarded(token)));
        if (!create.siting().equals(Siting.ANYWHERE)) {
            events.add(new SandboxSited(create.siting()));
        }
        return accept(events.toArray(SandboxEvent[]::new));
    }

    private Decision<SandboxEvent, SandboxRefusal> sealNames(Map<SecretName, SealedToken> drawn) {
        var wanted = new TreeMap<>(drawn);
        wanted.keySet()
                .retainAll(tokens.missing(drawn.keySet(), blueprint.envs().keySet()));
        return alive() && !wanted.isEmpty() ? accept(new TokensAdded(wanted)) : accept();
    }

    private Decision<SandboxEvent, SandboxRefusal> started(boolean resumed) {
        return switch (stage) {
            case STARTING, RESTORING -> accept(new SandboxStarted());
            case WAKING -> resumed ? accept(new SandboxWoken(), new ProcessesResumed()) : accept(new SandboxWoken());
            case REBOOTING -> accept(new SandboxRebooted());
            default -> accept();
        };
    }

    /** One whose disk is kept is not lost by a start that fails. */
    private Decision<SandboxEvent, SandboxRefusal> lost(String why) {
        return switch (stage) {
            case STARTING, RUNNING, RESTORING -> accept(new SandboxLost(why));
            default -> accept();
        };
    }

    private Decision<SandboxEvent, SandboxRefusal> hibernate(HibernationCause cause) {
        return switch (stage) {
            case RUNNING -> accept(new HibernateRequested(cause));
            case HIBERNATING, HIBERNATED -> accept();
            default -> refuse(new SandboxRefusal.NotRunning(stage.status()));
        };
    }

    private Decision<SandboxEvent, SandboxRefusal> hibernated(ConfirmHibernated kept) {
        if (stage != Stage.HIBERNATING) {
            return accept();
        }
        var events = new ArrayList<SandboxEvent>(List.of(new SandboxHibernated(kept.keptBytes())));
        kept.image().ifPresent(made -> events.add(new DiskKept(made)));
        if (kept.processes()) {
            events.add(new ProcessesKept());
        }
        return accept(events.toArray(SandboxEvent[]::new));
    }

    /** One that runs takes over a timeout that somebody chose; clients send 0 for what was not chosen. */
    private Decision<SandboxEvent, SandboxRefusal> wake(Optional<Integer> timeout) {
        return switch (stage) {
            case HIBERNATED ->
                timeout.isEmpty() || timeout.get() == blueprint.timeoutSeconds()
                        ? accept(new WakeRequested())
                        : accept(new TimeoutChanged(timeout.get()), new WakeRequested());
            case STOPPING, STOPPED -> refuse(new SandboxRefusal.NothingToWake());
            case LOST -> refuse(new SandboxRefusal.NotRunning(stage.status()));
            default ->
                timeout.filter(seconds -> seconds > 0)
                        .<Decision<SandboxEvent, SandboxRefusal>>map(this::timeout)
                        .orElseGet(Decision::accept);
        };
    }

    /** Why a visitor is not let in; empty when it is. */
    public Optional<PreviewRefusal> barrier(Visit visit) {
        return Exposure.barrier(this, visit);
    }

    private Decision<SandboxEvent, SandboxRefusal> timeout(int seconds) {
        return seconds == blueprint.timeoutSeconds() ? accept() : accept(new TimeoutChanged(seconds));
    }

    private Decision<SandboxEvent, SandboxRefusal> reboot() {
        return switch (stage) {
            case RUNNING -> accept(new RebootRequested());
            case HIBERNATED ->
                upkeep.site().processes()
                        ? accept(new ProcessesDropped(), new WakeRequested())
                        : accept(new WakeRequested());
            case STOPPING, STOPPED -> refuse(new SandboxRefusal.Stopped());
            case LOST -> refuse(new SandboxRefusal.NotRunning(stage.status()));
            default -> accept();
        };
    }

    /** Whether it has a container, or is about to: it obeys its policy and is told of changes. */
    public boolean alive() {
        return switch (stage) {
            case STARTING, RUNNING, RESTORING, HIBERNATING, WAKING, REBOOTING -> true;
            case ABSENT, HIBERNATED, STOPPING, STOPPED, LOST -> false;
        };
    }

    /** Whether it runs, or may again: what it may use then matters. */
    public boolean mayRun() {
        return alive() || stage == Stage.HIBERNATED;
    }

    /** Whether its container is on the way, for the first time or again. */
    public boolean starting() {
        return switch (stage) {
            case STARTING, RESTORING, WAKING, REBOOTING -> true;
            case ABSENT, RUNNING, HIBERNATING, HIBERNATED, STOPPING, STOPPED, LOST -> false;
        };
    }

    /** Whether nothing is under way that ends by itself. */
    public boolean settled() {
        return switch (stage) {
            case ABSENT, RUNNING, HIBERNATED, STOPPED, LOST -> true;
            case STARTING, RESTORING, HIBERNATING, WAKING, REBOOTING, STOPPING -> false;
        };
    }

    boolean isOver() {
        return stage == Stage.STOPPING || stage == Stage.STOPPED;
    }

    /** What its host must know. */
    public Terms terms() {
        return new Terms(blueprint.timeoutSeconds(), blueprint.limits(), upkeep.autoscale());
    }

    public Sandbox apply(Recorded<SandboxEvent> recorded) {
        return switch (recorded.event()) {
            case SandboxCreated(var plan) ->
                new Sandbox(
                        Stage.STARTING,
                        recorded.origin().organization(),
                        plan,
                        Stack.EMPTY,
                        Tokens.NONE,
                        Optional.empty(),
                        Map.of(),
                        "",
                        recorded.at(),
                        recorded.origin().keyId(),
                        Branch.NEW,
                        Upkeep.NEW);
            case StoresLayered(var stores, var lost, var remembered) ->
                with(stage, new Stack(stores, lost, remembered), tokens, host, checkpoints, reason);
            case TokensSealed(var sealed) -> with(stage, stack, sealed, host, checkpoints, reason);
            case TokensAdded(var added) -> with(stage, stack, tokens.with(added), host, checkpoints, reason);
            case SandboxPlaced(var on) -> with(stage, stack, tokens, Optional.of(on), checkpoints, reason);
            case SandboxSited(var siting) -> with(upkeep.at(upkeep.site().sited(siting)));
            case SandboxStarted() -> at(Stage.RUNNING, "").with(upkeep.booted());
            case HibernateRequested(var cause) -> at(Stage.HIBERNATING, "");
            case SandboxHibernated(var keptBytes) -> at(Stage.HIBERNATED, "").with(upkeep.hibernated(keptBytes));
            case DiskKept(var image) -> with(upkeep.at(upkeep.site().kept(imageOf(image, recorded.at()))));
            case ProcessesKept kept -> with(upkeep.at(upkeep.site().withProcesses(true)));
            case ProcessesDropped dropped -> with(upkeep.at(upkeep.site().withProcesses(false)));
            case ProcessesResumed resumed -> with(upkeep.at(upkeep.site().withProcesses(true)));
            case SandboxMoved(var to, var layers) ->
                with(stage, stack, tokens, Optional.of(to), checkpoints, reason)
                        .with(
                                stage,
                                blueprint.on(layers),
                                branch.putBack(),
                                upkeep.at(upkeep.site().moved()));
            case SandboxRecreated(var layers) ->
                with(Stage.RESTORING, stack, tokens, Optional.empty(), checkpoints, "")
                        .with(
                                Stage.RESTORING,
                                blueprint.on(layers),
                                branch.putBack(),
                                upkeep.at(upkeep.site().moved()));
            case WakeRequested() -> at(Stage.WAKING, "");
            case SandboxWoken() -> at(Stage.RUNNING, "").with(upkeep.booted());
            case WakeFailed(var why) -> at(Stage.HIBERNATED, "").with(upkeep.troubled(why));
            case RebootRequested() ->
                at(Stage.REBOOTING, "").with(upkeep.at(upkeep.site().withProcesses(false)));
            case SandboxRebooted() -> at(Stage.RUNNING, "").with(upkeep.booted());
            case TimeoutChanged(var seconds) -> with(blueprint.withTimeout(seconds));
            case TagsReplaced(var tags) -> with(upkeep.tagged(tags, recorded.at()));
            case SandboxScaled(var limits, var automatic) -> with(blueprint.withLimits(limits));
            case AutoscaleChanged(var bounds) -> with(upkeep.scaledBetween(bounds));
            case ScalingLocked(var locked) -> with(upkeep.locked(locked));
            case SandboxLost(var why) -> at(Stage.LOST, why);
            case PortExposed(var port, var id, var authConfig) ->
                with(upkeep.open(upkeep.preview().with(new PreviewUrl(id, port, authConfig, recorded.at()))));
            case PortClosed(var port) -> with(upkeep.open(upkeep.preview().without(port)));
            case PreviewGuarded(var token) -> with(upkeep.open(upkeep.preview().guardedBy(token)));
            case StopRequested() -> at(Stage.STOPPING, reason).with(upkeep.open(Preview.NONE));
            case SandboxStopped() -> at(Stage.STOPPED, reason);
            case CheckpointNamed named -> with(Checkpointing.after(checkpoints, named));
            case CheckpointForgotten(var id) -> with(Checkpointing.without(checkpoints, id));
            case CheckpointUncounted(var id) -> with(Checkpointing.uncounted(checkpoints, id));
            case RestoreRequested(var checkpoint, var layers) ->
                with(
                        Stage.RESTORING,
                        blueprint.on(layers),
                        branch.putBack(),
                        upkeep.at(upkeep.site().putBack()));
            case PatchApplied(var number) -> with(branch.patched(number));
            case PatchFailed(var number, var error) -> with(branch.failed(error));
            case SecretsRevoked() -> with(branch.cut());
            case ReachWidened(var widening) -> with(branch.widened(widening));
        };
    }

    private Site.Image imageOf(CheckpointId image, Instant at) {
        var layers = new ArrayList<CheckpointId>(List.of(image));
        layers.addAll(blueprint.fileLayers());
        return new Site.Image(layers, at);
    }

    private Sandbox at(Stage next, String why) {
        return with(next, stack, tokens, host, checkpoints, why);
    }

    private Sandbox with(
            Stage next,
            Stack stores,
            Tokens sealed,
            Optional<HostId> on,
            Map<CheckpointId, NamedCheckpoint> taken,
            String why) {
        return new Sandbox(
                next, organization, blueprint, stores, sealed, on, taken, why, startedAt, startedBy, branch, upkeep);
    }

    private Sandbox with(Map<CheckpointId, NamedCheckpoint> taken) {
        return with(stage, stack, tokens, host, taken, reason);
    }

    private Sandbox with(Blueprint other) {
        return with(stage, other, branch, upkeep);
    }

    private Sandbox with(Branch other) {
        return with(stage, blueprint, other, upkeep);
    }

    private Sandbox with(Upkeep other) {
        return with(stage, blueprint, branch, other);
    }

    private Sandbox with(Stage next, Blueprint plan, Branch past, Upkeep now) {
        return new Sandbox(
                next, organization, plan, stack, tokens, host, checkpoints, reason, startedAt, startedBy, past, now);
    }

    /** What people are told of it. */
    public SandboxView view(SandboxId id) {
        return new SandboxView(id, stage.status(), blueprint, host, startedAt, startedBy, branch, upkeep);
    }
}
