package dev.sealbox.domain.sandbox;

import static dev.sealbox.domain.Decision.accept;
import static dev.sealbox.domain.Decision.refuse;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.Recorded;
import dev.sealbox.domain.sandbox.SandboxCommand.ChangeAutoscale;
import dev.sealbox.domain.sandbox.SandboxCommand.FitSize;
import dev.sealbox.domain.sandbox.SandboxCommand.LockScaling;
import dev.sealbox.domain.sandbox.SandboxCommand.ReplaceTags;
import dev.sealbox.domain.sandbox.SandboxCommand.ScaleSandbox;
import dev.sealbox.domain.sandbox.SandboxEvent.AutoscaleChanged;
import dev.sealbox.domain.sandbox.SandboxEvent.HibernateRequested;
import dev.sealbox.domain.sandbox.SandboxEvent.SandboxCreated;
import dev.sealbox.domain.sandbox.SandboxEvent.SandboxHibernated;
import dev.sealbox.domain.sandbox.SandboxEvent.SandboxPlaced;
import dev.sealbox.domain.sandbox.SandboxEvent.SandboxScaled;
import dev.sealbox.domain.sandbox.SandboxEvent.SandboxStarted;
import dev.sealbox.domain.sandbox.SandboxEvent.SandboxStopped;
import dev.sealbox.domain.sandbox.SandboxEvent.ScalingLocked;
import dev.sealbox.domain.sandbox.SandboxEvent.StopRequested;
import dev.sealbox.domain.sandbox.SandboxEvent.TagsReplaced;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Sizes, their lock, and tags. */
class ScalingTest {
    private static final Origin OWNER = Origin.system(new OrganizationId("owner"));
    private static final Limits SMALL = new Limits(1, 1024, 30000);
    private static final Limits LARGE = new Limits(2, 8192, 30000);
    private static final Blueprint PLAN =
            new Blueprint("base", Optional.empty(), List.of(), SMALL, 60, Map.of(), Map.of());
    private static final Optional<Autoscale> BOUNDS = Optional.of(new Autoscale(1024, 8192));

    private static Sandbox running(SandboxEvent... more) {
        var sandbox = Sandbox.ABSENT;
        var history = Stream.concat(
                Stream.of(new SandboxCreated(PLAN), new SandboxPlaced(new HostId("host-1")), new SandboxStarted()),
                Stream.of(more));
        for (var event : history.toList()) {
            sandbox = sandbox.apply(new Recorded<>(event, OWNER, Instant.EPOCH));
        }
        return sandbox;
    }

    @Test
    void isGivenAnotherSizeWithTheCpusOfItAndTheDiskThatItHas() {
        assertThat(running().decide(OWNER, new ScaleSandbox(Tier.LARGE)))
                .isEqualTo(accept(new SandboxScaled(LARGE, false)));
        assertThat(running().decide(OWNER, new ScaleSandbox(Tier.SMALL))).isEqualTo(accept());

        var scaled = running(new SandboxScaled(LARGE, false));

        assertThat(scaled.terms().limits()).isEqualTo(LARGE);
        assertThat(scaled.blueprint().timeoutSeconds()).isEqualTo(60);
    }

    @Test
    void isScaledByHandOrByUseButNotByBoth() {
        var scaling = running(new AutoscaleChanged(BOUNDS));

        assertThat(scaling.terms().autoscale()).isEqualTo(BOUNDS);
        assertThat(scaling.decide(OWNER, new FitSize(8192))).isEqualTo(accept(new SandboxScaled(LARGE, true)));
        assertThat(scaling.decide(OWNER, new FitSize(1024))).isEqualTo(accept());
        assertThat(scaling.decide(OWNER, new FitSize(16384)))
                .as("the host did not know of the present bounds")
                .isEqualTo(accept());
        assertThat(scaling.decide(OWNER, new ScaleSandbox(Tier.LARGE)))
                .isEqualTo(accept(new AutoscaleChanged(Optional.empty()), new SandboxScaled(LARGE, false)));
        assertThat(running().decide(OWNER, new FitSize(8192)))
                .as("nobody wants that")
                .isEqualTo(accept());
    }

    @Test
    void isScaledByNobodyWhileItIsLocked() {
        var locked = running(new ScalingLocked(true));

        assertThat(locked.decide(OWNER, new ScaleSandbox(Tier.LARGE)))
                .isEqualTo(refuse(new SandboxRefusal.SizeLocked()));
        assertThat(locked.decide(OWNER, new ChangeAutoscale(BOUNDS)))
                .isEqualTo(refuse(new SandboxRefusal.SizeLocked()));
        assertThat(locked.decide(OWNER, new ChangeAutoscale(Optional.empty()))).isEqualTo(accept());
        assertThat(locked.decide(OWNER, new LockScaling(true))).isEqualTo(accept());
        assertThat(locked.decide(OWNER, new LockScaling(false))).isEqualTo(accept(new ScalingLocked(false)));
    }

    @Test
    void aLockEndsAutoscaling() {
        var scaling = running(new AutoscaleChanged(BOUNDS));

        assertThat(scaling.decide(OWNER, new LockScaling(true)))
                .isEqualTo(accept(new AutoscaleChanged(Optional.empty()), new ScalingLocked(true)));
    }

    @Test
    void canBeScaledWhileItSleepsAndNotWhenItIsStopped() {
        var asleep = running(new HibernateRequested(HibernationCause.CALL), new SandboxHibernated(1));
        var stopped = running(new StopRequested(), new SandboxStopped());

        assertThat(asleep.decide(OWNER, new ScaleSandbox(Tier.LARGE)))
                .isEqualTo(accept(new SandboxScaled(LARGE, false)));
        assertThat(asleep.decide(OWNER, new FitSize(8192))).isEqualTo(accept());
        assertThat(stopped.decide(OWNER, new ScaleSandbox(Tier.LARGE))).isEqualTo(refuse(new SandboxRefusal.Stopped()));
    }

    @Test
    void hasTagsAlsoWhenItIsStopped() {
        var tags = Map.of("team", "blue");
        var stopped = running(new StopRequested(), new SandboxStopped());

        assertThat(stopped.decide(OWNER, new ReplaceTags(new Tags(tags)))).isEqualTo(accept(new TagsReplaced(tags)));
        var tagged = running(new TagsReplaced(tags));
        assertThat(tagged.upkeep().tags()).isEqualTo(tags);
        assertThat(tagged.upkeep().tagsUpdatedAt()).contains(Instant.EPOCH);
        assertThat(tagged.decide(OWNER, new ReplaceTags(new Tags(tags)))).isEqualTo(accept());
        assertThat(running().decide(OWNER, new ReplaceTags(new Tags(Map.of()))))
                .as("that they were set to none is known")
                .isEqualTo(accept(new TagsReplaced(Map.of())));
    }
}
