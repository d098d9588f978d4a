package dev.sealbox.server.host;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.receptionist.Receptionist;
import akka.actor.typed.receptionist.ServiceKey;
import akka.stream.Materializer;
import akka.stream.SourceRef;
import akka.stream.javadsl.Source;
import akka.stream.javadsl.StreamConverters;
import akka.stream.javadsl.StreamRefs;
import akka.util.ByteString;
import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.layer.ArchiveRefusal;
import dev.sealbox.domain.layer.LayerFiles;
import dev.sealbox.domain.layer.LayerStoreFailure;
import dev.sealbox.domain.preview.PreviewRefusal;
import dev.sealbox.domain.sandbox.FileRefusal;
import dev.sealbox.domain.sandbox.HostFull;
import dev.sealbox.domain.sandbox.Registrar;
import dev.sealbox.domain.sandbox.SandboxHosts;
import dev.sealbox.domain.sandbox.SandboxMissing;
import dev.sealbox.domain.sandbox.SandboxResting;
import dev.sealbox.domain.sandbox.Taken;
import dev.sealbox.domain.session.SessionRefusal;
import dev.sealbox.runtime.step.RuntimeFailure;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A host's face to the cluster. It only passes on and answers: the host is thread-safe, and the order of what happens to
 * one sandbox is its entity's concern.
 */
public final class HostActor {
    private static final Logger log = LoggerFactory.getLogger(HostActor.class);

    static final ServiceKey<HostMessage> KEY = ServiceKey.create(HostMessage.class, "sandbox-host");

    /** How long a file's stream may wait for its reader. */
    private static final Duration SUBSCRIPTION = Duration.ofSeconds(30);

    /** How long an upload may stand still. */
    private static final Duration UPLOAD = Duration.ofMinutes(10);

    /** How long another host may take nothing of a layer: others wait for their turn. */
    private static final Duration STALLED = Duration.ofMinutes(1);

    private final Host host;
    private final LayerFiles layers;
    private final Layered layered;
    private final Registrar registrar;
    private final Materializer streams;

    private HostActor(Host host, LayerFiles layers, Layered layered, Registrar registrar, ActorSystem<?> system) {
        this.host = host;
        this.layers = layers;
        this.layered = layered;
        this.registrar = registrar;
        this.streams = Materializer.matFromSystem(system);
    }

    /** Of a host that has nothing to do with the layers of others. */
    public static Behavior<HostMessage> create(Host host, LayerFiles layers, Registrar registrar) {
        return create(host, layers, Layered.alone(), registrar);
    }

    /** Announces the host, which asks {@code registrar} about what it is to start. */
    public static Behavior<HostMessage> create(Host host, LayerFiles layers, Layered layered, Registrar registrar) {
        return Behaviors.setup(context -> {
            context.getSystem().receptionist().tell(Receptionist.register(KEY, context.getSelf()));
            var actor = new HostActor(host, layers, layered, registrar, context.getSystem());
            return Behaviors.receiveMessage(message -> {
                actor.take(message);
                return Behaviors.same();
            });
        });
    }

    /** Whatever fails at once is an answer as well: an actor that failed would be a host that nobody finds any more. */
    private void take(HostMessage message) {
        try {
            on(message);
        } catch (RuntimeException e) {
            message.replyTo().tell(failed(e));
        }
    }

    private void on(HostMessage message) {
        switch (message) {
            case HostMessage.WhoAreYou(var asker) -> {
                var state = host.capacity().state();
                asker.tell(new HostReply.IAm(host.id(), state.diskFull(), Optional.of(state)));
            }
            case HostMessage.Drain(var on, var asker) -> {
                host.capacity().drain(on);
                log.info("this host {}", on ? "is drained" : "takes sandboxes again");
                asker.tell(finished());
            }
            case HostMessage.Start(var start, var asker) ->
                answer(
                        asker,
                        layered.start(start.policy().sandbox(), start.layers(), () -> host.start(start, registrar)),
                        resumed -> start.resume() ? new HostReply.Started(resumed) : finished());
            case HostMessage.Enforce(var policy, var asker) -> answer(asker, host.enforce(policy), done -> finished());
            case HostMessage.Hibernate(var sandbox, var image, var processes, var asker) -> {
                // From before it counts as asleep until its image is on the list of what is to be shared.
                var copied = host.capacity().copying();
                answer(
                        asker,
                        host.hibernate(sandbox, processes)
                                .thenCompose(kept -> imaged(sandbox, image)
                                        .<HostReply>thenApply(made ->
                                                new HostReply.Hibernated(kept.sizeBytes(), made, kept.memory())))
                                .whenComplete((kept, failure) -> copied.run()),
                        kept -> kept);
            }
            case HostMessage.MakeImage(var sandbox, var image, var asker) -> {
                var copied = host.capacity().copying();
                answer(
                        asker,
                        kept(sandbox, image).whenComplete((made, failure) -> copied.run()),
                        HostReply.ImageMade::new);
            }
            case HostMessage.Adjust(var sandbox, var terms, var restart, var asker) ->
                answer(asker, host.adjust(sandbox, terms, restart), done -> finished());
            case HostMessage.WeighMemory(var sandbox, var asker) ->
                answer(asker, host.runtime().memoryInUse(sandbox), HostReply.MemoryWeighed::new);
            case HostMessage.Use(var sandbox, var asker) -> answer(asker, host.use(sandbox), done -> finished());
            case HostMessage.Stop(var sandbox, var asker) -> {
                layered.callOff(sandbox);
                answer(asker, host.stop(sandbox), done -> finished());
            }
            case HostMessage.TakeCheckpoint(var sandbox, var checkpoint, var memory, var asker) ->
                answer(
                        asker,
                        taken(sandbox, checkpoint, memory),
                        taken -> new HostReply.LayerTaken(taken.sizeBytes(), taken.memory()));
            case HostMessage.Discard(var checkpoint, var asker) ->
                answer(asker, host.runtime().discard(checkpoint), done -> finished());
            case HostMessage.PackLayers(var packed, var asker) ->
                answer(
                        asker,
                        layered.using(packed, () -> layers.pack(packed)),
                        content -> new HostReply.LayersPacked(stream(content), Optional.empty()));
            case HostMessage.FindLayer(var layer, var asker) ->
                answer(asker, layered.held(layer), HostReply.LayerFound::new);
            case HostMessage.FetchLayer(var layer, var rest, var asker) ->
                answer(
                        asker,
                        layered.packed(layer, rest),
                        given -> new HostReply.LayersPacked(
                                stream(StreamConverters.fromInputStream(given::content, FileBytes.IN_A_MESSAGE)
                                        .backpressureTimeout(STALLED)),
                                Optional.of(given.packed())));
            case HostMessage.UnpackLayer unpack -> unpack(unpack);
            case HostMessage.RunCommand(var sandbox, var command, var asker) ->
                answer(
                        asker,
                        host.using(sandbox, runtime -> runtime.run(sandbox, command)),
                        result -> LongResult.offered(result, streams));
            case HostMessage.ReadFile(var sandbox, var path, var asker) ->
                answer(asker, read(sandbox, path), outcome -> reply(outcome, this::opened));
            case HostMessage.WriteFile write -> write(write);
            case HostMessage.WriteSmallFile(var sandbox, var path, var content, var asker) ->
                answer(
                        asker,
                        host.using(sandbox, runtime -> runtime.write(sandbox, path, FileBytes.read(content))),
                        outcome -> reply(outcome, done -> finished()));
            case HostMessage.ListFiles(var sandbox, var path, var asker) ->
                answer(
                        asker,
                        host.using(sandbox, runtime -> runtime.list(sandbox, path)),
                        outcome -> reply(outcome, HostReply.FilesListed::new));
            case HostMessage.MakeDirectory(var sandbox, var path, var asker) ->
                answer(
                        asker,
                        host.using(sandbox, runtime -> runtime.makeDirectory(sandbox, path)),
                        outcome -> reply(outcome, done -> finished()));
            case HostMessage.RemoveFile(var sandbox, var path, var asker) ->
                answer(
                        asker,
                        host.using(sandbox, runtime -> runtime.remove(sandbox, path)),
                        outcome -> reply(outcome, done -> finished()));
            case HostMessage.Act(var sandbox, var action, var asker) ->
                answer(
                        asker,
                        host.inSession(sandbox, sessions -> sessions.act(sandbox, action)),
                        outcome -> reply(outcome, HostReply.SessionIs::new));
            case HostMessage.ListSessions(var sandbox, var asker) ->
                answer(
                        asker,
                        host.inSession(sandbox, sessions -> sessions.sessions(sandbox)),
                        HostReply.SessionsListed::new);
            case HostMessage.Connect(var sandbox, var port, var asker) ->
                answer(
                        asker,
                        host.connect(sandbox, port),
                        outcome -> reply(outcome, connection -> ConnectionStreams.offered(connection, streams)));
            case HostMessage.Attach(var sandbox, var session, var terminal, var asker) ->
                answer(
                        asker,
                        host.attach(sandbox, session, terminal),
                        outcome -> reply(outcome, attachment -> AttachmentStreams.offered(attachment, streams)));
        }
    }

    /** Answered when it is noted that others may need it: whoever repeats after a crash has that noted, too. */
    private CompletionStage<Taken> taken(SandboxId sandbox, CheckpointId checkpoint, boolean memory) {
        return host.using(sandbox, runtime -> runtime.checkpoint(sandbox, checkpoint, memory))
                .thenApply(taken -> {
                    layered.offer(checkpoint, host.runs().of(sandbox).map(UsageMeter.Run::organization));
                    return taken;
                });
    }

    /** A disk that cannot be copied now sleeps as well, on this host only. */
    private CompletionStage<Optional<CheckpointId>> imaged(SandboxId sandbox, Optional<SandboxHosts.Image> wanted) {
        if (wanted.isEmpty() || !layered.shares()) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        return kept(sandbox, wanted.get())
                .thenApply(made -> made ? Optional.of(wanted.get().layer()) : Optional.<CheckpointId>empty())
                .exceptionally(failure -> {
                    log.warn("the disk of {} is on this host only: {}", sandbox, failure.toString());
                    return Optional.empty();
                });
    }

    private CompletionStage<Boolean> kept(SandboxId sandbox, SandboxHosts.Image image) {
        return host.runtime().image(sandbox, image.layer()).thenApply(made -> {
            if (made) {
                layered.keepForOthers(image, sandbox);
            }
            return made;
        });
    }

    private void write(HostMessage.WriteFile write) {
        var content = write.content().getSource().runWith(StreamConverters.asInputStream(), streams);
        answer(
                write.replyTo(),
                host.using(write.sandbox(), runtime -> runtime.write(write.sandbox(), write.path(), content)),
                outcome -> reply(outcome, done -> finished()));
    }

    private void unpack(HostMessage.UnpackLayer unpack) {
        var content = unpack.content().getSource().runWith(StreamConverters.asInputStream(UPLOAD), streams);
        answer(
                unpack.replyTo(),
                layers.unpack(unpack.layer(), unpack.how(), content),
                outcome -> reply(outcome, HostReply.LayerUnpacked::new));
    }

    private CompletionStage<Outcome<FileBytes>> read(SandboxId sandbox, String path) {
        return host.read(sandbox, path).thenCompose(outcome -> switch (outcome) {
            case Outcome.Done<InputStream>(var content) -> FileBytes.of(content).thenApply(Outcome::done);
            case Outcome.Refused<InputStream>(var reason) -> CompletableFuture.completedFuture(Outcome.refused(reason));
        });
    }

    private HostReply opened(FileBytes bytes) {
        return switch (bytes) {
            case FileBytes.Few(var few) -> new HostReply.SmallFileRead(few);
            case FileBytes.Many(var many) -> new HostReply.FileOpened(stream(many));
        };
    }

    private SourceRef<ByteString> stream(InputStream content) {
        return stream(StreamConverters.fromInputStream(() -> content, FileBytes.IN_A_MESSAGE));
    }

    private SourceRef<ByteString> stream(Source<ByteString, ?> content) {
        var file = content.initialTimeout(SUBSCRIPTION);
        return Source.<ByteString>empty().concat(file).runWith(StreamRefs.sourceRef(), streams);
    }

    private static HostReply finished() {
        return new HostReply.Finished();
    }

    private static <T> HostReply reply(Outcome<T> outcome, Function<T, HostReply> done) {
        return switch (outcome) {
            case Outcome.Done<T>(var value) -> done.apply(value);
            case Outcome.Refused<T>(FileRefusal refusal) -> new HostReply.FileRefused(refusal);
            case Outcome.Refused<T>(ArchiveRefusal refusal) -> new HostReply.ArchiveRefused(refusal);
            case Outcome.Refused<T>(SessionRefusal refusal) -> new HostReply.SessionRefused(refusal);
            case Outcome.Refused<T>(PreviewRefusal refusal) -> new HostReply.ConnectionRefused(refusal);
            case Outcome.Refused<T>(var refusal) -> new HostReply.Failed(refusal.message());
        };
    }

    private static <T> void answer(ActorRef<HostReply> asker, CompletionStage<T> stage, Function<T, HostReply> done) {
        stage.thenApply(done).exceptionally(HostActor::failed).thenAccept(asker::tell);
    }

    /**
     * The whole story goes to this host's log. What leaves the host ends up with API clients, so it names the step and
     * nothing of the machine.
     */
    private static HostReply failed(Throwable failure) {
        var cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof SandboxMissing missing) {
            return new HostReply.NotHere(missing.sandbox());
        }
        if (cause instanceof SandboxResting resting) {
            return new HostReply.Resting(resting.sandbox());
        }
        if (cause instanceof HostFull) {
            return new HostReply.Full();
        }
        log.warn("A host could not do what it was asked", cause);
        if (cause instanceof LayerStoreFailure || cause instanceof HostFailure) {
            return new HostReply.Failed(String.valueOf(cause.getMessage()));
        }
        return new HostReply.Failed(
                cause instanceof RuntimeFailure step
                        ? "the step \"" + step.step() + "\" failed on the host"
                        : "the host failed (" + cause.getClass().getSimpleName() + ")");
    }
}
