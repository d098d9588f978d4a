package dev.sealbox.domain.sandbox;

import dev.sealbox.domain.Refusal;

/** Why a sandbox will not do what it was asked. */
public sealed interface SandboxRefusal extends Refusal {

    /** Also the answer about a sandbox of another organisation. */
    record NoSuchSandbox() implements SandboxRefusal {}

    record AlreadyExists() implements SandboxRefusal {}

    /** Its files and commands are gone for good. */
    record Stopped() implements SandboxRefusal {}

    record NotRunning(String status) implements SandboxRefusal {}

    /** It has been stopped for good, so there is nothing to wake. */
    record NothingToWake() implements SandboxRefusal {}

    /** It is hibernated and could not be woken; a repeat may succeed. */
    record WakeFailed(String reason) implements SandboxRefusal {}

    /** It is being started; a repeat may succeed. */
    record NotReady() implements SandboxRefusal {}

    /** No host can take it now. */
    record NoHost() implements SandboxRefusal {}

    /** So little is left of a host's disk that nothing new is begun there. */
    record NoRoom() implements SandboxRefusal {}

    /** No host has room for it now; {@code tooMany} says that as a limit of its asker's and not of the server's. */
    record ClusterFull(boolean tooMany) implements SandboxRefusal {}

    record StartFailed(String reason) implements SandboxRefusal {}

    /** Its owner has locked its size. */
    record SizeLocked() implements SandboxRefusal {}

    /** It uses more memory than it would have. */
    record MemoryInUse(int memoryMB) implements SandboxRefusal {}

    /** No host that is here runs sandboxes by this. */
    record RuntimeMissing(ContainerRuntime runtime) implements SandboxRefusal {}

    record UnknownTemplate() implements SandboxRefusal {}

    record CheckpointNameTaken(String name) implements SandboxRefusal {}

    record TooManyCheckpoints(int limit) implements SandboxRefusal {}

    /** The checkpoint's stores and the requested one are more than a sandbox may have. */
    record TooManyStores(int limit) implements SandboxRefusal {}

    /** The asker's key names the stores that its sandboxes may stand on, and not this one. */
    record StoreNotNamed() implements SandboxRefusal {}

    /** The fork's own store would let inherited secrets go further, and the node is configured to refuse that. */
    record WouldWiden(Widening widening) implements SandboxRefusal {}

    /** Nobody has exposed this port. */
    record PortNotExposed() implements SandboxRefusal {}

    record TooManyPreviews(int limit) implements SandboxRefusal {}

    @Override
    default Kind kind() {
        return switch (this) {
            case NoSuchSandbox refusal -> Kind.NOT_FOUND;
            case AlreadyExists refusal -> Kind.CONFLICT;
            case Stopped refusal -> Kind.GONE;
            case NotRunning refusal -> Kind.INVALID;
            case NothingToWake refusal -> Kind.NOT_FOUND;
            case WakeFailed refusal -> Kind.NOT_READY;
            case NotReady refusal -> Kind.NOT_READY;
            case NoHost refusal -> Kind.NOT_READY;
            case NoRoom refusal -> Kind.NOT_READY;
            case ClusterFull(var tooMany) -> tooMany ? Kind.EXHAUSTED : Kind.NOT_READY;
            case StartFailed refusal -> Kind.NOT_READY;
            case SizeLocked refusal -> Kind.FORBIDDEN;
            case MemoryInUse refusal -> Kind.CONFLICT;
            case RuntimeMissing refusal -> Kind.INVALID;
            case UnknownTemplate refusal -> Kind.NOT_FOUND;
            case CheckpointNameTaken refusal -> Kind.CONFLICT;
            case TooManyCheckpoints refusal -> Kind.INVALID;
            case TooManyStores refusal -> Kind.INVALID;
            case StoreNotNamed refusal -> Kind.FORBIDDEN;
            case WouldWiden refusal -> Kind.INVALID;
            case PortNotExposed refusal -> Kind.NOT_FOUND;
            case TooManyPreviews refusal -> Kind.INVALID;
        };
    }

    @Override
    default String code() {
        return switch (this) {
            case NoSuchSandbox refusal -> "sandbox.not-found";
            case AlreadyExists refusal -> "sandbox.exists";
            case Stopped refusal -> "sandbox.stopped";
            case NotRunning refusal -> "sandbox.not-running";
            case NothingToWake refusal -> "sandbox.nothing-to-wake";
            case WakeFailed refusal -> "sandbox.wake-failed";
            case NotReady refusal -> "sandbox.not-ready";
            case NoHost refusal -> "sandbox.no-host";
            case NoRoom refusal -> "host.no-room";
            case ClusterFull refusal -> "cluster.full";
            case StartFailed refusal -> "sandbox.start-failed";
            // As the contract has them.
            case SizeLocked refusal -> "scaling_locked";
            case MemoryInUse refusal -> "oom_floor";
            case RuntimeMissing refusal -> "sandbox.runtime-missing";
            case UnknownTemplate refusal -> "sandbox.unknown-template";
            case CheckpointNameTaken refusal -> "checkpoint.name-taken";
            case TooManyCheckpoints refusal -> "checkpoint.too-many";
            case TooManyStores refusal -> "sandbox.too-many-stores";
            case StoreNotNamed refusal -> "forbidden";
            case WouldWiden refusal -> "fork.would-widen";
            case PortNotExposed refusal -> "preview.not-exposed";
            case TooManyPreviews refusal -> "preview.too-many";
        };
    }

    /** Room comes when somebody stops a sandbox. */
    @Override
    default boolean passes() {
        return this instanceof ClusterFull || kind() == Kind.NOT_READY;
    }

    /** People make room, not seconds. */
    @Override
    default int retryAfterSeconds() {
        return this instanceof NoRoom ? 30 : this instanceof ClusterFull ? 5 : 1;
    }

    @Override
    default String message() {
        return switch (this) {
            case NoSuchSandbox() -> "sandbox not found";
            case AlreadyExists() -> "the sandbox exists";
            case Stopped() -> "the sandbox has been stopped";
            case NotRunning(var status) -> "the sandbox is not running: it is " + status;
            case NothingToWake() -> "the sandbox has been stopped and cannot be woken";
            case WakeFailed(var reason) -> "the sandbox could not be woken: " + reason;
            case NotReady() -> "the sandbox is not ready yet";
            case NoHost() -> "no host can run the sandbox now";
            case NoRoom() -> "the host's disk is nearly full: nothing new is begun on it until there is room";
            case ClusterFull(var tooMany) -> "every host is full; a repeat may succeed when sandboxes have ended";
            case StartFailed(var reason) -> "the sandbox could not be started: " + reason;
            case SizeLocked() -> "the size of the sandbox is locked";
            case MemoryInUse(var memoryMB) -> "the sandbox uses more memory than " + memoryMB + " MiB";
            case RuntimeMissing(var runtime) -> "no host runs sandboxes by " + runtime.word();
            case UnknownTemplate() -> "template not found";
            case CheckpointNameTaken(var name) -> "a checkpoint with this name exists in the sandbox: " + name;
            case TooManyCheckpoints(var limit) ->
                "the sandbox has reached its limit of " + limit + " checkpoints of this kind";
            case TooManyStores(var limit) -> "a sandbox has at most " + limit + " secret stores layered";
            case StoreNotNamed() -> "the API key does not name every secret store that the sandbox would stand on";
            case WouldWiden(var widening) ->
                "the secret store would widen what inherited secrets can reach: "
                        + String.join("; ", widening.warnings());
            case PortNotExposed() -> "the port is not exposed";
            case TooManyPreviews(var limit) -> "a sandbox exposes at most " + limit + " ports";
        };
    }
}
