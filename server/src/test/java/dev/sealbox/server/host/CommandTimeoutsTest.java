package dev.sealbox.server.host;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.receptionist.Receptionist;
import com.typesafe.config.ConfigFactory;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.Command;
import dev.sealbox.domain.sandbox.CommandResult;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandTimeoutsTest {
    private static final HostId HOST = new HostId("host-1");

    private final ActorTestKit actors = ActorTestKit.create(
            ConfigFactory.parseString("akka.actor { provider = local, testkit.typed.single-expect-default = 60s }")
                    .withFallback(ConfigFactory.load()));
    private final HostDirectory directory = new HostDirectory();
    private final ClusterHosts hosts = new ClusterHosts(actors.system(), directory, Duration.ofMinutes(1));
    private final TestProbe<HostMessage> host = actors.createTestProbe(HostMessage.class);

    @AfterEach
    void stop() {
        actors.shutdownTestKit();
    }

    /** Zero is no timeout, and the largest is what a client may send. */
    @ParameterizedTest
    @ValueSource(longs = {0, 1, 60, Integer.MAX_VALUE})
    void runsACommandHoweverLongItMayTake(long seconds) {
        actors.spawn(directory.keeper());
        actors.system().receptionist().tell(Receptionist.register(HostActor.KEY, host.getRef()));
        var who = host.expectMessageClass(HostMessage.WhoAreYou.class);
        who.replyTo().tell(new HostReply.IAm(HOST, false, Optional.empty()));
        host.awaitAssert(() -> {
            assertThat(directory.knows(HOST)).isTrue();
            return HOST;
        });
        var command = new Command(List.of("true"), Map.of(), "/", Duration.ofSeconds(seconds));

        var result = hosts.run(HOST, new SandboxId("sb-0000000000000001"), command);
        host.expectMessageClass(HostMessage.RunCommand.class)
                .replyTo()
                .tell(new HostReply.CommandEnded(new CommandResult(0, "", "")));

        assertThat(result.toCompletableFuture()).succeedsWithin(Duration.ofMinutes(1));
    }
}
