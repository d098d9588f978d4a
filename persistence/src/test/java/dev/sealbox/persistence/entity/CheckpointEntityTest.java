package dev.sealbox.persistence.entity;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.persistence.testkit.javadsl.EventSourcedBehaviorTestKit;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.checkpoint.Checkpoint;
import dev.sealbox.domain.checkpoint.Checkpoint.Stage;
import dev.sealbox.domain.checkpoint.CheckpointCommand;
import dev.sealbox.domain.checkpoint.CheckpointEvent;
import dev.sealbox.domain.checkpoint.Contents;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.Recorded;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.Blueprint;
import dev.sealbox.domain.sandbox.CheckpointKind;
import dev.sealbox.domain.sandbox.Limits;
import dev.sealbox.domain.sandbox.Taken;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CheckpointEntityTest {
    private static final ActorTestKit ACTORS = EntityTests.actors();
    private static final Origin ORIGIN = new Origin(new OrganizationId("default"), "key-1", "127.0.0.1", "request-1");
    private static final SandboxId SOURCE = new SandboxId("sb-0000000000000001");
    private static final Contents CONTENTS = new Contents(
            new Blueprint("base", Optional.empty(), List.of(), new Limits(1, 1024, 20480), 0, Map.of(), Map.of()),
            HeldHosts.HERE,
            List.of(),
            List.of(),
            Map.of());

    private final QuietNeighbours neighbours = new QuietNeighbours();
    private final HeldHosts hosts = new HeldHosts();
    private final CheckpointId id = new CheckpointId(UUID.randomUUID());
    private final TestProbe<CheckpointReply> asker = ACTORS.createTestProbe();
    private final EventSourcedBehaviorTestKit<CheckpointMessage, Recorded<CheckpointEvent>, Checkpoint> checkpoint =
            EventSourcedBehaviorTestKit.create(
                    ACTORS.system(),
                    CheckpointEntity.create(id, neighbours, hosts, EntityTests.SETTINGS, EntityTests.CLOCK),
                    EntityTests.serialization());

    @BeforeEach
    void settle() {
        hosts.settle = checkpoint::getState;
    }

    @AfterAll
    static void stop() {
        ACTORS.shutdownTestKit();
    }

    private Stage told(CheckpointCommand command) {
        checkpoint.runCommand(new CheckpointMessage.Execute(ORIGIN, command, asker.getRef()));
        return answered();
    }

    private Stage answered() {
        return ((CheckpointReply.Done) asker.receiveMessage()).checkpoint().stage();
    }

    private Stage request() {
        return told(new CheckpointCommand.RequestCheckpoint(SOURCE, "first", CheckpointKind.FULL, CONTENTS));
    }

    @Test
    void answersAtOnceAndLetsOthersWait() {
        assertThat(request()).isEqualTo(Stage.PROCESSING);
        checkpoint.runCommand(new CheckpointMessage.Await(asker.getRef()));
        asker.expectNoMessage();

        hosts.next("checkpoint").succeed(new Taken(4096, true));

        assertThat(answered()).isEqualTo(Stage.READY);
        assertThat(checkpoint.getState().sizeBytes()).isEqualTo(4096);
        assertThat(checkpoint.getState().memory()).isTrue();
    }

    @Test
    void saysWhyItFailed() {
        request();
        hosts.next("checkpoint").fail("the disk is full");
        checkpoint.runCommand(new CheckpointMessage.Await(asker.getRef()));

        assertThat(answered()).isEqualTo(Stage.FAILED);
        assertThat(checkpoint.getState().reason()).isEqualTo("the disk is full");
    }

    @Test
    void isTakenUpAgainAfterACrash() {
        request();
        hosts.next("checkpoint");

        checkpoint.restart();
        hosts.next("checkpoint").succeed(new Taken(1, false));

        checkpoint.runCommand(new CheckpointMessage.Await(asker.getRef()));
        assertThat(answered()).isEqualTo(Stage.READY);
    }

    @Test
    void isComeBackToWhenItLeavesWhileItsFilesAreCopied() {
        request();
        hosts.next("checkpoint");
        var again =
                ACTORS.spawn(CheckpointEntity.create(id, neighbours, hosts, EntityTests.SETTINGS, EntityTests.CLOCK));
        hosts.next("checkpoint");

        again.tell(new CheckpointMessage.Stop());

        asker.expectTerminated(again);
        assertThat(neighbours.toBeResumed).containsExactly(id);
    }

    @Test
    void hasItsFilesLetGoUntilTheHostHasDoneIt() {
        request();
        hosts.next("checkpoint").succeed(new Taken(1, false));
        checkpoint.runCommand(new CheckpointMessage.Await(asker.getRef()));
        answered();

        assertThat(told(new CheckpointCommand.DeleteCheckpoint(SOURCE))).isEqualTo(Stage.DELETED);
        hosts.next("discard").fail("the host is away");
        checkpoint.restart();
        hosts.next("discard").succeed(Unit.DONE);
        checkpoint.runCommand(new CheckpointMessage.Resume());
        ACTORS.createTestProbe().awaitAssert(() -> {
            assertThat(checkpoint.getState().stage()).isEqualTo(Stage.DISCARDED);
            return Unit.DONE;
        });
    }

    @Test
    void discardsWhatWasDeletedWhileItWasBeingCopiedOnlyWhenItIsThere() {
        request();
        var copying = hosts.next("checkpoint");

        assertThat(told(new CheckpointCommand.DeleteCheckpoint(SOURCE))).isEqualTo(Stage.DELETED);
        assertThat(hosts.tasks).isEmpty();

        copying.succeed(new Taken(1, false));
        hosts.next("discard").succeed(Unit.DONE);
        checkpoint.runCommand(new CheckpointMessage.Resume());
        ACTORS.createTestProbe().awaitAssert(() -> {
            assertThat(checkpoint.getState().stage()).isEqualTo(Stage.DISCARDED);
            return Unit.DONE;
        });
    }
}
