package dev.sealbox.persistence.service;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.image.BuildAction;
import dev.sealbox.domain.image.BuildLog;
import dev.sealbox.domain.image.BuildLog.Line;
import dev.sealbox.domain.image.ImageLayer;
import dev.sealbox.domain.image.ImageManifest;
import dev.sealbox.domain.image.ImageRefusal;
import dev.sealbox.domain.image.ImageStep;
import dev.sealbox.domain.image.Images.Wanted;
import dev.sealbox.domain.sandbox.Command;
import dev.sealbox.domain.sandbox.CommandResult;
import dev.sealbox.domain.sandbox.StartSandbox;
import dev.sealbox.domain.sandbox.StoreLayers;
import dev.sealbox.domain.sandbox.Terms;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The steps of a build, done one after the other in a builder: a sandbox without stores, which no API knows and which goes
 * out by the egress proxy as any other.
 */
final class BuildWork {
    private static final int END_OF_OUTPUT = 400;
    private static final int MOST_LINES = 400;

    private final Builds builds;
    private final BuildSite site;
    private final Patience patience;
    private final BuildLog log;
    private final Wanted wanted;

    BuildWork(Builds builds, BuildSite site, Patience patience, BuildLog log, Wanted wanted) {
        this.builds = builds;
        this.site = site;
        this.patience = patience;
        this.log = log;
        this.wanted = wanted;
    }

    /** Does the steps from {@code first} on. The builder is gone when this returns normally. */
    Outcome<ImageLayer> from(ImageLayer ground, int first) {
        var steps = wanted.manifest().steps();
        var numbers = IntStream.range(first, steps.size()).boxed().toList();
        var needsBuilder = numbers.stream()
                .anyMatch(
                        i -> !BuildAction.of(steps.get(i), before(i).defaults()).isEmpty());
        if (!needsBuilder) {
            numbers.forEach(i -> begun(i, steps.get(i)));
            return Outcome.done(new ImageLayer(
                    ground.host(), ground.files(), wanted.manifest().defaults()));
        }
        start(ground);
        for (var i : numbers) {
            var refused = step(i, steps.get(i));
            if (refused.isPresent()) {
                return Outcome.refused(refused.get());
            }
        }
        return Outcome.done(captured(ground));
    }

    private ImageManifest before(int step) {
        return new ImageManifest(wanted.manifest().steps().subList(0, step));
    }

    private void start(ImageLayer ground) {
        say(0, "build", "Starting a builder with " + wanted.memoryMB() + " MiB");
        var build = site.build();
        var policy = StoreLayers.policy(build.builder(), site.organization(), 1, List.of(), List.of(), Map.of());
        // A build is busy in its own way: nobody calls it, so no idleness counts.
        var terms = new Terms(0, BuildSite.limits(wanted.memoryMB()));
        patience.await(builds.hosts.start(
                build.host(),
                new StartSandbox(
                        ImageManifest.BASE, ground.files(), terms, policy, Optional.empty(), 0, false, false)));
    }

    private ImageLayer captured(ImageLayer ground) {
        say(wanted.manifest().steps().size() + 1, "checkpoint", "Keeping the files");
        var build = site.build();
        // Not to be left alone half way: the layer is to be there or not.
        Patience.settle(
                builds.hosts.checkpoint(build.host(), build.builder(), build.layer(), false), Duration.ofMinutes(20));
        site.stop();
        return new ImageLayer(
                build.host(),
                Stream.concat(Stream.of(build.layer()), ground.files().stream()).toList(),
                wanted.manifest().defaults());
    }

    private void begun(int index, ImageStep step) {
        say(index + 1, step.type(), "Step " + (index + 1) + ": " + step.type());
    }

    private Optional<ImageRefusal> step(int index, ImageStep step) {
        begun(index, step);
        var began = System.nanoTime();
        for (var action : BuildAction.of(step, before(index).defaults())) {
            var left = builds.settings.stepTimeout().minusNanos(System.nanoTime() - began);
            var failure = left.isNegative() || left.isZero()
                    ? Optional.of(tooLong())
                    : switch (action) {
                        case BuildAction.Execute execute -> executed(index, step, execute, left);
                        case BuildAction.Write write -> written(write, left);
                    };
            if (failure.isPresent()) {
                return failure.map(reason -> new ImageRefusal.BuildFailed(index + 1, step.type(), reason));
            }
        }
        var tookMillis = (System.nanoTime() - began) / 1_000_000;
        say(index + 1, step.type(), "Step " + (index + 1) + " done in " + tookMillis + " ms");
        return Optional.empty();
    }

    private String tooLong() {
        return "it took longer than " + builds.settings.stepTimeout().toSeconds() + " s";
    }

    /** Why it was no success. */
    private Optional<String> executed(int index, ImageStep step, BuildAction.Execute execute, Duration left) {
        var began = System.nanoTime();
        var command = new Command(execute.argv(), execute.environment(), execute.directory(), left);
        var build = site.build();
        var result = patience.await(builds.hosts.run(build.host(), build.builder(), command));
        tell(index, step, result);
        if (result.exitCode() == 0) {
            return Optional.empty();
        }
        return System.nanoTime() - began >= left.toNanos()
                ? Optional.of(tooLong())
                : Optional.of("exit code " + result.exitCode() + ": " + endOf(result));
    }

    private void tell(int index, ImageStep step, CommandResult result) {
        var lines = Stream.concat(result.stdout().lines(), result.stderr().lines())
                .filter(line -> !line.isBlank())
                .toList();
        lines.subList(Math.max(0, lines.size() - MOST_LINES), lines.size())
                .forEach(line -> say(index + 1, step.type(), line));
    }

    private static String endOf(CommandResult result) {
        var said = result.stderr().isBlank() ? result.stdout() : result.stderr();
        var text = said.strip();
        return text.length() > END_OF_OUTPUT ? "..." + text.substring(text.length() - END_OF_OUTPUT) : text;
    }

    private Optional<String> written(BuildAction.Write write, Duration left) {
        var build = site.build();
        try {
            var outcome = patience.await(builds.hosts
                    .writeFile(
                            build.host(),
                            build.builder(),
                            write.path(),
                            write.content().open())
                    .toCompletableFuture()
                    .copy()
                    .orTimeout(left.toMillis() + 1, TimeUnit.MILLISECONDS));
            return outcome instanceof Outcome.Refused<Unit>(var reason)
                    ? Optional.of(write.path() + ": " + reason.message())
                    : Optional.empty();
        } catch (CompletionException e) {
            if (e.getCause() instanceof TimeoutException) {
                return Optional.of(tooLong());
            }
            throw e;
        }
    }

    private void say(int step, String type, String message) {
        log.add(new Line(step, type, message));
    }
}
