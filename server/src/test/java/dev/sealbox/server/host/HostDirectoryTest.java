package dev.sealbox.server.host;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.receptionist.Receptionist;
import com.typesafe.config.ConfigFactory;
import dev.sealbox.domain.identity.HostId;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HostDirectoryTest {
    private static final HostId HOST = new HostId("host-1");
    private static final Duration LOOK_EVERY = Duration.ofMillis(50);

    private final ActorTestKit actors = ActorTestKit.create(
            ConfigFactory.parseString("akka.actor { provider = local, testkit.typed.single-expect-default = 60s }")
                    .withFallback(ConfigFactory.load()));
    private final HostDirectory directory = new HostDirectory();
    private final TestProbe<HostMessage> host = actors.createTestProbe(HostMessage.class);

    @AfterEach
    void stop() {
        actors.shutdownTestKit();
    }

    /** Else who has just been told that a host is full or drained would be sent there again. */
    @Test
    void takesNothingBackForAnAnswerThatComesLate() {
        actors.spawn(directory.keeper(LOOK_EVERY));
        actors.system().receptionist().tell(Receptionist.register(HostActor.KEY, host.getRef()));
        answer(asked(), false);
        host.awaitAssert(() -> assertThat(directory.knows(HOST)).isTrue());
        var late = asked();

        var looked = directory.lookAt(HOST, actors.system()).toCompletableFuture();
        while (!looked.isDone()) {
            answer(asked(), true);
        }
        assertThat(directory.isFull(HOST)).isTrue();

        answer(late, false);
        for (var looks = 0; looks < 3; looks++) {
            asked();
            assertThat(directory.isFull(HOST)).isTrue();
        }
    }

    private HostMessage.WhoAreYou asked() {
        return host.expectMessageClass(HostMessage.WhoAreYou.class);
    }

    private static void answer(HostMessage.WhoAreYou question, boolean full) {
        question.replyTo().tell(new HostReply.IAm(HOST, full, Optional.empty()));
    }
}
