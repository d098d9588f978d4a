package dev.sealbox.server.host;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRef;
import akka.stream.SinkRef;
import akka.stream.SourceRef;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.Source;
import akka.stream.javadsl.StreamRefs;
import akka.util.ByteString;
import com.typesafe.config.ConfigFactory;
import dev.sealbox.domain.Refusal;
import dev.sealbox.domain.egress.Denials;
import dev.sealbox.domain.egress.EgressPolicy;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.layer.ArchiveRefusal;
import dev.sealbox.domain.layer.HeldLayer;
import dev.sealbox.domain.layer.Incoming;
import dev.sealbox.domain.layer.SetuidFiles;
import dev.sealbox.domain.layer.Unpacked;
import dev.sealbox.domain.placement.HostState;
import dev.sealbox.domain.preview.PreviewPort;
import dev.sealbox.domain.preview.PreviewRefusal;
import dev.sealbox.domain.sandbox.Autoscale;
import dev.sealbox.domain.sandbox.Command;
import dev.sealbox.domain.sandbox.CommandResult;
import dev.sealbox.domain.sandbox.Defaults;
import dev.sealbox.domain.sandbox.FileEntry;
import dev.sealbox.domain.sandbox.FileRefusal;
import dev.sealbox.domain.sandbox.Limits;
import dev.sealbox.domain.sandbox.Run;
import dev.sealbox.domain.sandbox.SandboxHosts;
import dev.sealbox.domain.sandbox.StartSandbox;
import dev.sealbox.domain.sandbox.Terms;
import dev.sealbox.domain.session.NewSession;
import dev.sealbox.domain.session.SessionAction;
import dev.sealbox.domain.session.SessionId;
import dev.sealbox.domain.session.SessionRefusal;
import dev.sealbox.domain.session.SessionView;
import dev.sealbox.domain.session.TerminalSize;
import dev.sealbox.persistence.serialization.ClusterMessage;
import dev.sealbox.persistence.serialization.GoldenMessages;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What is said to hosts and by them, between nodes of different versions; {@link ClusterHostsTest} says it. */
class HostMessageTest {
    private static final ActorTestKit ACTORS = ActorTestKit.create(
            "hosts",
            ConfigFactory.parseString("akka.actor.provider = local")
                    .withFallback(ConfigFactory.parseResources("sealbox-journal.conf"))
                    .withFallback(ConfigFactory.load())
                    .resolve());

    private static final UUID ID = UUID.fromString("c0ffee00-1111-4222-8333-444455556666");
    private static final Instant AT = Instant.parse("2026-11-23T12:34:56.789Z");
    private static final SandboxId SANDBOX = new SandboxId("sb-0123456789abcdef");
    private static final CheckpointId LAYER = new CheckpointId(ID);
    private static final OrganizationId OWNER = new OrganizationId("default");
    private static final SessionId SESSION = new SessionId(ID);
    private static final Limits LIMITS = new Limits(1, 1024, 20480);
    private static final Terms TERMS = new Terms(300, LIMITS, Optional.of(new Autoscale(1024, 8192)));
    private static final Command COMMAND =
            new Command(List.of("ls", "-l"), Map.of("A", "b"), "/work", Duration.ofSeconds(60));
    private static final NewSession NEW_SESSION = new NewSession(
            new Run(List.of("sh"), Map.of("A", "b"), Optional.of("/work"), Duration.ofSeconds(60)),
            "sh",
            List.of("-c"),
            Duration.ofSeconds(90),
            Optional.of(new TerminalSize(80, 24)));
    private static final SessionView SESSION_VIEW =
            new SessionView(SESSION, SANDBOX, true, "sh", List.of("-c"), Optional.of(137), AT, 2);
    private static final EgressPolicy POLICY = new EgressPolicy(
            SANDBOX,
            OWNER,
            8,
            HostPattern.parseAll(List.of("github.com")),
            Denials.NONE,
            Map.of(),
            Map.of(),
            List.of(LAYER),
            List.of());
    private static final HostState STATE = new HostState(
            new HostId("host-1"),
            4096,
            1024,
            2048,
            2,
            1,
            1,
            3,
            true,
            true,
            Set.of("base"),
            Set.of(LAYER),
            1,
            2,
            true,
            Map.of("zone", "a"));

    @AfterAll
    static void stop() {
        ACTORS.shutdownTestKit();
    }

    private static ActorRef<HostReply> replyTo() {
        return ACTORS.<HostReply>createTestProbe().getRef();
    }

    private static SourceRef<ByteString> source() {
        return Source.<ByteString>maybe().runWith(StreamRefs.sourceRef(), ACTORS.system());
    }

    private static SinkRef<ByteString> sink() {
        return StreamRefs.<ByteString>sinkRef().to(Sink.ignore()).run(ACTORS.system());
    }

    private static Stream<SessionAction> actions() {
        return Stream.of(
                new SessionAction.Open(SESSION, NEW_SESSION, COMMAND),
                new SessionAction.Signal(SESSION, 15),
                new SessionAction.Resize(SESSION, new TerminalSize(80, 24)),
                new SessionAction.HangUp(SESSION));
    }

    private static Stream<Refusal> refusals() {
        return Stream.of(
                new FileRefusal.NoSuchFile("/a"),
                new FileRefusal.NotPossible("a folder"),
                new SessionRefusal.NoSuchSession(),
                new SessionRefusal.CannotStart("no such program"),
                new SessionRefusal.TooManySessions(100),
                new SessionRefusal.TooManyClients(16),
                new PreviewRefusal.NoPreview(),
                new PreviewRefusal.NotLetIn(true),
                new PreviewRefusal.NothingListens(3000),
                new PreviewRefusal.TooManyConnections(100),
                new ArchiveRefusal.Malformed("no end"),
                new ArchiveRefusal.NotSigned(),
                new ArchiveRefusal.Damaged("its sum"),
                new ArchiveRefusal.Unsafe("/etc/passwd", "a device"),
                new ArchiveRefusal.OtherBase("base"),
                new ArchiveRefusal.TooLarge("1 GiB"),
                new ArchiveRefusal.Busy(),
                new ArchiveRefusal.NoRoom());
    }

    private static HostReply refused(Refusal refusal) {
        return switch (refusal) {
            case FileRefusal reason -> new HostReply.FileRefused(reason);
            case SessionRefusal reason -> new HostReply.SessionRefused(reason);
            case PreviewRefusal reason -> new HostReply.ConnectionRefused(reason);
            case ArchiveRefusal reason -> new HostReply.ArchiveRefused(reason);
            default -> throw new IllegalArgumentException("no host refuses so");
        };
    }

    private static Stream<HostMessage> messages() {
        return Stream.concat(
                actions().map(action -> new HostMessage.Act(SANDBOX, action, replyTo())),
                Stream.of(
                        new HostMessage.WhoAreYou(replyTo()),
                        new HostMessage.Start(
                                new StartSandbox(
                                        "base", List.of(LAYER), TERMS, POLICY, Optional.of(LAYER), 2, true, false),
                                replyTo()),
                        new HostMessage.Start(
                                new StartSandbox(
                                        "base", List.of(LAYER), TERMS, POLICY, Optional.of(LAYER), 2, true, true),
                                replyTo()),
                        new HostMessage.Enforce(POLICY, replyTo()),
                        new HostMessage.Hibernate(
                                SANDBOX, Optional.of(new SandboxHosts.Image(LAYER, OWNER)), false, replyTo()),
                        new HostMessage.Hibernate(
                                SANDBOX, Optional.of(new SandboxHosts.Image(LAYER, OWNER)), true, replyTo()),
                        new HostMessage.MakeImage(SANDBOX, new SandboxHosts.Image(LAYER, OWNER), replyTo()),
                        new HostMessage.Drain(true, replyTo()),
                        new HostMessage.Adjust(SANDBOX, TERMS, true, replyTo()),
                        new HostMessage.WeighMemory(SANDBOX, replyTo()),
                        new HostMessage.Use(SANDBOX, replyTo()),
                        new HostMessage.Stop(SANDBOX, replyTo()),
                        new HostMessage.TakeCheckpoint(SANDBOX, LAYER, false, replyTo()),
                        new HostMessage.TakeCheckpoint(SANDBOX, LAYER, true, replyTo()),
                        new HostMessage.Discard(LAYER, replyTo()),
                        new HostMessage.PackLayers(List.of(LAYER), replyTo()),
                        new HostMessage.FindLayer(LAYER, replyTo()),
                        new HostMessage.FetchLayer(LAYER, Optional.empty(), replyTo()),
                        new HostMessage.FetchLayer(
                                LAYER, Optional.of(new HostMessage.Rest("0".repeat(64), 4096)), replyTo()),
                        new HostMessage.UnpackLayer(
                                LAYER,
                                new Incoming(Incoming.Form.ARCHIVE, SetuidFiles.DROP, Optional.of("0".repeat(64))),
                                source(),
                                replyTo()),
                        new HostMessage.RunCommand(SANDBOX, COMMAND, replyTo()),
                        new HostMessage.ReadFile(SANDBOX, "/a", replyTo()),
                        new HostMessage.WriteFile(SANDBOX, "/a", source(), replyTo()),
                        new HostMessage.WriteSmallFile(SANDBOX, "/a", bytes(), replyTo()),
                        new HostMessage.ListFiles(SANDBOX, "/", replyTo()),
                        new HostMessage.MakeDirectory(SANDBOX, "/a", replyTo()),
                        new HostMessage.RemoveFile(SANDBOX, "/a", replyTo()),
                        new HostMessage.ListSessions(SANDBOX, replyTo()),
                        new HostMessage.Connect(SANDBOX, new PreviewPort(3000), replyTo()),
                        new HostMessage.Attach(SANDBOX, SESSION, true, replyTo())));
    }

    private static Stream<HostReply> replies() {
        return Stream.concat(
                refusals().map(HostMessageTest::refused),
                Stream.of(
                        new HostReply.IAm(new HostId("host-1"), true, Optional.of(STATE)),
                        new HostReply.Full(),
                        new HostReply.Finished(),
                        new HostReply.Started(true),
                        new HostReply.Hibernated(4096, Optional.of(LAYER), false),
                        new HostReply.Hibernated(4096, Optional.of(LAYER), true),
                        new HostReply.ImageMade(true),
                        new HostReply.MemoryWeighed(4096),
                        new HostReply.LayerTaken(4096, false),
                        new HostReply.LayerTaken(4096, true),
                        new HostReply.LayersPacked(source(), Optional.empty()),
                        new HostReply.LayersPacked(source(), Optional.of(new HostReply.Packed("0".repeat(64), 8192))),
                        new HostReply.LayerFound(Optional.of(new HeldLayer(LAYER, Optional.of(OWNER), List.of(LAYER)))),
                        new HostReply.LayerUnpacked(new Unpacked(4096, new Defaults(Map.of("C", "d"), "/work"))),
                        new HostReply.CommandEnded(new CommandResult(1, "out", "err")),
                        new HostReply.LongCommandEnded(1, 4096, source()),
                        new HostReply.FileOpened(source()),
                        new HostReply.SmallFileRead(bytes()),
                        new HostReply.FilesListed(List.of(new FileEntry("a", false, "/a", 3))),
                        new HostReply.SessionIs(SESSION_VIEW),
                        new HostReply.SessionsListed(List.of(SESSION_VIEW)),
                        new HostReply.Attached(source(), sink()),
                        new HostReply.Connected(source(), sink()),
                        new HostReply.NotHere(SANDBOX),
                        new HostReply.Resting(SANDBOX),
                        new HostReply.Failed("a step")));
    }

    private static ByteBuffer bytes() {
        return ByteBuffer.wrap(new byte[] {0, 1, -1});
    }

    private static Stream<ClusterMessage> leases() {
        return Stream.of(
                new LeaseMessage.Ask(
                        7, ACTORS.<LeaseMessage.Granted>createTestProbe().getRef()),
                new LeaseMessage.Granted(7));
    }

    @Test
    void isUnderstoodByNodesOfOtherVersions() {
        new GoldenMessages(ACTORS.system(), replyTo())
                .check(
                        Path.of("src/test/resources/messages"),
                        Stream.of(messages(), replies(), leases()).flatMap(all -> all));
    }

    @Test
    void isSampledInEveryCase() {
        assertThat(messages().<Class<?>>map(Object::getClass)).containsAll(GoldenMessages.cases(HostMessage.class));
        assertThat(replies().<Class<?>>map(Object::getClass)).containsAll(GoldenMessages.cases(HostReply.class));
        assertThat(actions().<Class<?>>map(Object::getClass)).containsAll(GoldenMessages.cases(SessionAction.class));
        assertThat(refusals().<Class<?>>map(Object::getClass))
                .containsAll(GoldenMessages.cases(
                        FileRefusal.class, SessionRefusal.class, PreviewRefusal.class, ArchiveRefusal.class));
    }
}
