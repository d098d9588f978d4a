package dev.sealbox.server.host;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.AskPattern;
import akka.stream.Materializer;
import akka.stream.javadsl.StreamConverters;
import akka.stream.javadsl.StreamRefs;
import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.egress.EgressPolicy;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.layer.LayerStore;
import dev.sealbox.domain.placement.Place;
import dev.sealbox.domain.placement.Placement;
import dev.sealbox.domain.placement.Wanted;
import dev.sealbox.domain.sandbox.Command;
import dev.sealbox.domain.sandbox.CommandResult;
import dev.sealbox.domain.sandbox.FileEntry;
import dev.sealbox.domain.sandbox.HostFull;
import dev.sealbox.domain.sandbox.HostUnreachable;
import dev.sealbox.domain.sandbox.SandboxHosts;
import dev.sealbox.domain.sandbox.SandboxMissing;
import dev.sealbox.domain.sandbox.SandboxResting;
import dev.sealbox.domain.sandbox.StartSandbox;
import dev.sealbox.domain.sandbox.Taken;
import dev.sealbox.domain.sandbox.Terms;
import java.io.InputStream;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/** The hosts of the cluster, reached by messages, wherever they are. Files travel as streams with backpressure. */
public final class ClusterHosts implements SandboxHosts {
    /** Akka's scheduler counts ticks of 10 ms in an int, which ends after 248 days. */
    private static final Duration LONGEST = Duration.ofDays(240);

    private final ActorSystem<?> system;
    private final HostDirectory directory;
    private final Duration patience;
    private final Optional<? extends LayerStore> store;
    private final RandomGenerator lot = new SecureRandom();
    private final Materializer streams;

    /** Of hosts without a layer store. */
    public ClusterHosts(ActorSystem<?> system, HostDirectory directory, Duration patience) {
        this(system, directory, patience, Optional.empty());
    }

    /**
     * Reaches hosts through {@code directory}.
     *
     * @param patience the longest wait for an answer; commands get their own timeout on top
     * @param store where a host can have the layers of one that is gone
     */
    public ClusterHosts(
            ActorSystem<?> system, HostDirectory directory, Duration patience, Optional<? extends LayerStore> store) {
        this.system = system;
        this.store = store;
        this.directory = directory;
        this.patience = patience;
        this.streams = Materializer.matFromSystem(system);
    }

    @Override
    public Place place(Wanted wanted) {
        return Placement.choose(wanted, directory.states(), lot);
    }

    @Override
    public Place near(HostId files, Wanted wanted) {
        return Placement.near(files, store.isPresent(), wanted, directory.states(), lot);
    }

    @Override
    public Standing standing(HostId host) {
        if (!directory.knows(host)) {
            return Standing.AWAY;
        }
        return directory.states().stream().anyMatch(state -> state.host().equals(host) && state.draining())
                ? Standing.DRAINING
                : Standing.HERE;
    }

    @Override
    public CompletionStage<Boolean> image(HostId host, SandboxId sandbox, Image image) {
        // As for a hibernation.
        return ask(host, Duration.ofMinutes(20), asker -> new HostMessage.MakeImage(sandbox, image, asker))
                .thenApply(reply -> switch (reply) {
                    case HostReply.ImageMade(var made) -> made;
                    default -> throw failure(reply);
                });
    }

    @Override
    public CompletionStage<Boolean> isShared(CheckpointId layer) {
        return LayerHolders.of(this, directory.present(), layer)
                .thenCompose(found -> found.isEmpty()
                        ? store.map(known -> known.find(layer).thenApply(Optional::isPresent))
                                .orElseGet(() -> CompletableFuture.completedFuture(false))
                        : CompletableFuture.completedFuture(true));
    }

    @Override
    public boolean hasRoom(Optional<HostId> host) {
        return host.map(known -> !directory.isFull(known)).orElseGet(() -> !directory.areAllFull());
    }

    @Override
    public CompletionStage<Boolean> start(HostId host, StartSandbox start) {
        directory.promised(host, start.terms().limits());
        return ask(host, patience, asker -> new HostMessage.Start(start, asker))
                .thenCompose(reply -> reply instanceof HostReply.Full
                        ? lookedAt(host).thenApply(done -> resumed(reply))
                        : CompletableFuture.completedFuture(resumed(reply)));
    }

    /** A host of an earlier version knows nothing of it. */
    private static boolean resumed(HostReply reply) {
        return switch (reply) {
            case HostReply.Started(var resumed) -> resumed;
            case HostReply.Finished() -> false;
            default -> throw failure(reply);
        };
    }

    /** What is placed anew is not to be sent there again for what was known of it: it may have been drained just now. */
    private CompletionStage<Optional<Void>> lookedAt(HostId host) {
        return directory.lookAt(host, system).handle((done, failure) -> Optional.empty());
    }

    @Override
    public CompletionStage<Unit> enforce(HostId host, EgressPolicy policy) {
        return ask(host, patience, asker -> new HostMessage.Enforce(policy, asker))
                .thenApply(ClusterHosts::finished);
    }

    @Override
    public CompletionStage<Kept> hibernate(HostId host, SandboxId sandbox, Optional<Image> image, boolean processes) {
        // A large disk is copied when there is a layer store (SEMANTICS 14: 20 minutes).
        var limit = image.isPresent() && store.isPresent() ? Duration.ofMinutes(20) : patience;
        return ask(host, limit, asker -> new HostMessage.Hibernate(sandbox, image, processes, asker))
                .thenApply(reply -> switch (reply) {
                    case HostReply.Hibernated(var keptBytes, var made, var kept) -> new Kept(keptBytes, made, kept);
                    default -> throw failure(reply);
                });
    }

    @Override
    public CompletionStage<Unit> adjust(HostId host, SandboxId sandbox, Terms terms, boolean restart) {
        return ask(host, patience, asker -> new HostMessage.Adjust(sandbox, terms, restart, asker))
                .thenApply(ClusterHosts::finished);
    }

    @Override
    public CompletionStage<Unit> use(HostId host, SandboxId sandbox) {
        return ask(host, patience, asker -> new HostMessage.Use(sandbox, asker)).thenApply(ClusterHosts::finished);
    }

    @Override
    public CompletionStage<Unit> stop(HostId host, SandboxId sandbox) {
        return ask(host, patience, asker -> new HostMessage.Stop(sandbox, asker))
                .thenApply(ClusterHosts::finished);
    }

    @Override
    public CompletionStage<Long> memoryInUse(HostId host, SandboxId sandbox) {
        // A checkpoint of a large disk takes its time (SEMANTICS 14: 20 minutes).
        return ask(host, Duration.ofMinutes(20), asker -> new HostMessage.WeighMemory(sandbox, asker))
                .thenApply(reply -> switch (reply) {
                    case HostReply.MemoryWeighed(var bytes) -> bytes;
                    default -> throw failure(reply);
                });
    }

    @Override
    public CompletionStage<Taken> checkpoint(HostId host, SandboxId sandbox, CheckpointId checkpoint, boolean memory) {
        // A checkpoint of a large disk takes its time (SEMANTICS 14: 20 minutes).
        return ask(
                        host,
                        Duration.ofMinutes(20),
                        asker -> new HostMessage.TakeCheckpoint(sandbox, checkpoint, memory, asker))
                .thenApply(reply -> switch (reply) {
                    case HostReply.LayerTaken(var size, var kept) -> new Taken(size, kept);
                    default -> throw failure(reply);
                });
    }

    @Override
    public CompletionStage<Unit> discard(HostId host, CheckpointId checkpoint) {
        return ask(host, patience, asker -> new HostMessage.Discard(checkpoint, asker))
                .thenApply(ClusterHosts::finished);
    }

    @Override
    public CompletionStage<CommandResult> run(HostId host, SandboxId sandbox, Command command) {
        return ask(host, patienceFor(command.timeout()), asker -> new HostMessage.RunCommand(sandbox, command, asker))
                .thenCompose(reply -> switch (reply) {
                    case HostReply.CommandEnded(var result) -> CompletableFuture.completedFuture(result);
                    case HostReply.LongCommandEnded ended -> LongResult.taken(ended, streams);
                    default -> CompletableFuture.failedFuture(failure(reply));
                });
    }

    /** A timeout of zero is none; the scheduler takes none that lies further ahead than {@link #LONGEST}. */
    private Duration patienceFor(Duration timeout) {
        return timeout.isZero() || timeout.compareTo(LONGEST) > 0 ? LONGEST : timeout.plus(patience);
    }

    @Override
    public CompletionStage<Outcome<InputStream>> readFile(HostId host, SandboxId sandbox, String path) {
        return ask(host, patience, asker -> new HostMessage.ReadFile(sandbox, path, asker))
                .thenApply(reply -> switch (reply) {
                    case HostReply.FileOpened(var content) ->
                        Outcome.done(content.getSource().runWith(StreamConverters.asInputStream(patience), streams));
                    case HostReply.SmallFileRead(var content) -> Outcome.done(FileBytes.read(content));
                    case HostReply.FileRefused(var reason) -> Outcome.refused(reason);
                    default -> throw failure(reply);
                });
    }

    @Override
    public CompletionStage<Outcome<Unit>> writeFile(HostId host, SandboxId sandbox, String path, InputStream content) {
        return FileBytes.of(content).thenCompose(bytes -> switch (bytes) {
            case FileBytes.Few(var few) ->
                ask(host, patience, asker -> new HostMessage.WriteSmallFile(sandbox, path, few, asker))
                        .thenApply(ClusterHosts::done);
            case FileBytes.Many(var many) -> writeStream(host, sandbox, path, many);
        });
    }

    private CompletionStage<Outcome<Unit>> writeStream(
            HostId host, SandboxId sandbox, String path, InputStream content) {
        var stream = StreamConverters.fromInputStream(() -> content, FileBytes.IN_A_MESSAGE)
                .runWith(StreamRefs.sourceRef(), streams);
        // No limit of its own: the upload ends when its source does, or when the host loses interest.
        return ask(host, Duration.ofDays(1), asker -> new HostMessage.WriteFile(sandbox, path, stream, asker))
                .thenApply(ClusterHosts::done);
    }

    @Override
    public CompletionStage<Outcome<List<FileEntry>>> listFiles(HostId host, SandboxId sandbox, String path) {
        return ask(host, patience, asker -> new HostMessage.ListFiles(sandbox, path, asker))
                .thenApply(reply -> switch (reply) {
                    case HostReply.FilesListed(var entries) -> Outcome.done(entries);
                    case HostReply.FileRefused(var reason) -> Outcome.refused(reason);
                    default -> throw failure(reply);
                });
    }

    @Override
    public CompletionStage<Outcome<Unit>> makeDirectory(HostId host, SandboxId sandbox, String path) {
        return ask(host, patience, asker -> new HostMessage.MakeDirectory(sandbox, path, asker))
                .thenApply(ClusterHosts::done);
    }

    @Override
    public CompletionStage<Outcome<Unit>> removeFile(HostId host, SandboxId sandbox, String path) {
        return ask(host, patience, asker -> new HostMessage.RemoveFile(sandbox, path, asker))
                .thenApply(ClusterHosts::done);
    }

    CompletionStage<HostReply> ask(HostId host, Function<ActorRef<HostReply>, HostMessage> message) {
        return ask(host, patience, message);
    }

    CompletionStage<HostReply> ask(HostId host, Duration limit, Function<ActorRef<HostReply>, HostMessage> message) {
        return directory
                .find(host)
                .map(ref -> asked(host, ref, limit, message))
                .orElseGet(() -> CompletableFuture.failedFuture(new HostUnreachable(host)));
    }

    private CompletionStage<HostReply> asked(
            HostId host,
            ActorRef<HostMessage> ref,
            Duration limit,
            Function<ActorRef<HostReply>, HostMessage> message) {
        return directory.orUnreachable(
                host, ref, AskPattern.<HostMessage, HostReply>ask(ref, message::apply, limit, system.scheduler()));
    }

    private static Unit finished(HostReply reply) {
        if (reply instanceof HostReply.Finished) {
            return Unit.DONE;
        }
        throw failure(reply);
    }

    private static Outcome<Unit> done(HostReply reply) {
        return switch (reply) {
            case HostReply.Finished() -> Outcome.done(Unit.DONE);
            case HostReply.FileRefused(var reason) -> Outcome.refused(reason);
            default -> throw failure(reply);
        };
    }

    static RuntimeException failure(HostReply reply) {
        return switch (reply) {
            case HostReply.NotHere(var sandbox) -> new SandboxMissing(sandbox);
            case HostReply.Resting(var sandbox) -> new SandboxResting(sandbox);
            case HostReply.Full() -> new HostFull();
            case HostReply.Failed(var what) -> new HostFailure(what);
            default -> new HostFailure("the host answered something else than it was asked");
        };
    }
}
