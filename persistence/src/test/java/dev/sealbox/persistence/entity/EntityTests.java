package dev.sealbox.persistence.entity;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.persistence.testkit.javadsl.EventSourcedBehaviorTestKit;
import com.typesafe.config.ConfigFactory;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;

/** What tests of single entities share: a journal in memory that goes through the real serialisers. */
final class EntityTests {
    static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-23T12:00:00Z"), ZoneOffset.UTC);

    static final EntitySettings SETTINGS = new EntitySettings(
            "control",
            100,
            2,
            Duration.ofMinutes(1),
            Duration.ofMinutes(1),
            Duration.ofMinutes(1),
            Duration.ofSeconds(1),
            2,
            Duration.ZERO);

    private EntityTests() {}

    static ActorTestKit actors() {
        var journal = ConfigFactory.parseResources("sealbox-journal.conf");
        return ActorTestKit.create(ConfigFactory.parseString(
                        "akka.actor { provider = local, testkit.typed { single-expect-default = 60s, default-timeout = 60s } }")
                .withFallback(EventSourcedBehaviorTestKit.config())
                .withFallback(journal)
                .withFallback(ConfigFactory.load())
                .resolve());
    }

    /** Commands hold no plaintext and go through the messages' own test; states through that of snapshots. */
    static EventSourcedBehaviorTestKit.SerializationSettings serialization() {
        return EventSourcedBehaviorTestKit.enabledSerializationSettings().withVerifyEquality(true);
    }
}
