package dev.sealbox.http;

import static akka.http.javadsl.server.Directives.complete;
import static akka.http.javadsl.server.Directives.concat;
import static akka.http.javadsl.server.Directives.get;
import static akka.http.javadsl.server.Directives.onSuccess;
import static akka.http.javadsl.server.Directives.path;
import static akka.http.javadsl.server.Directives.pathPrefix;
import static akka.http.javadsl.server.Directives.post;
import static akka.http.javadsl.server.PathMatchers.segment;

import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.StatusCodes;
import akka.http.javadsl.server.PathMatcher1;
import akka.http.javadsl.server.Route;
import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Outcome.Done;
import dev.sealbox.domain.Outcome.Refused;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.CommandResult;
import dev.sealbox.domain.sandbox.Run;
import dev.sealbox.domain.sandbox.Sandboxes;
import dev.sealbox.http.ExecJson.Poll;
import dev.sealbox.http.ExecJson.Result;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * {@code /api/sandboxes/{sandbox}}: POST {@code /exec/run} waits for the end; POST {@code /exec/run-async} gives a handle
 * for GET {@code /exec/{handle}/result}; POST {@code /commands} is the older path of {@code /exec/run}.
 */
final class ExecRoutes {
    private final Sandboxes sandboxes;
    private final HttpSettings.Exec settings;
    private final Runs runs;
    private final Bodies bodies;

    ExecRoutes(Sandboxes sandboxes, HttpSettings settings, Bodies bodies) {
        this.sandboxes = sandboxes;
        this.settings = settings.exec();
        this.runs = new Runs(settings.exec());
        this.bodies = bodies;
    }

    Route of(Origin origin) {
        return pathPrefix(
                "sandboxes",
                () -> concat(
                        posted(segment().slash("exec").slash("run"), sandbox -> run(origin, sandbox, "cmd")),
                        posted(segment().slash("commands"), sandbox -> run(origin, sandbox, "command")),
                        posted(segment().slash("exec").slash("run-async"), sandbox -> runAsync(origin, sandbox)),
                        path(
                                segment().slash("exec").slash(segment()).slash("result"),
                                (id, exec) -> get(() -> SandboxPaths.sandbox(
                                        id, sandbox -> poll(new Runs.Owner(origin.organization(), sandbox), exec))))));
    }

    private static Route posted(PathMatcher1<String> path, Function<SandboxId, Route> inner) {
        return path(path, id -> post(() -> SandboxPaths.sandbox(id, inner)));
    }

    private Route run(Origin origin, SandboxId sandbox, String alias) {
        return bodies.json(body -> {
            var wanted = RunRequest.read(body, alias, settings.defaultTimeout());
            var running = begun(origin, sandbox, wanted);
            return onSuccess(
                    within(running, settings.earlyHeaders()),
                    early -> complete(early.map(ExecRoutes::answer).orElseGet(() -> slow(origin, running))));
        });
    }

    private Route runAsync(Origin origin, SandboxId sandbox) {
        return bodies.json(body -> {
            var wanted = RunRequest.read(body, "cmd", Duration.ZERO);
            return runs.admit(origin.organization())
                    .<Route>map(refusal -> complete(Problems.from(refusal)))
                    .orElseGet(() -> admitted(origin, sandbox, wanted));
        });
    }

    private Route admitted(Origin origin, SandboxId sandbox, Run wanted) {
        var startedAt = Instant.now();
        var running =
                begun(origin, sandbox, wanted).whenComplete((outcome, failure) -> runs.released(origin.organization()));
        return onSuccess(
                within(running, settings.inlineHold()),
                early -> complete(early.map(ExecRoutes::answer)
                        .orElseGet(() -> Json.answer(
                                StatusCodes.ACCEPTED,
                                runs.keep(
                                        new Runs.Owner(origin.organization(), sandbox),
                                        startedAt,
                                        running.handle((outcome, failure) -> ended(origin, outcome, failure)))))));
    }

    private Route poll(Runs.Owner owner, String exec) {
        return runs.poll(owner, exec)
                .<Route>map(known -> onSuccess(known, state -> complete(Answers.ok(state))))
                .orElseGet(() -> complete(Problems.from(new NoSuchRun())));
    }

    private CompletableFuture<Outcome<CommandResult>> begun(Origin origin, SandboxId sandbox, Run wanted) {
        return Answers.asking(() -> sandboxes.run(origin, sandbox, wanted)).toCompletableFuture();
    }

    private static <T> CompletableFuture<Optional<T>> within(CompletableFuture<T> running, Duration hold) {
        return running.thenApply(Optional::of)
                .completeOnTimeout(Optional.empty(), hold.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static HttpResponse answer(Outcome<CommandResult> outcome) {
        return Answers.response(outcome, result -> Answers.ok(Result.of(result)));
    }

    private HttpResponse slow(Origin origin, CompletableFuture<Outcome<CommandResult>> running) {
        return Lingering.json(
                running.handle((outcome, failure) -> last(origin, outcome, failure)), settings.keepAlive());
    }

    private static Result last(Origin origin, @Nullable Outcome<CommandResult> outcome, @Nullable Throwable failure) {
        return switch (outcome) {
            case Done<CommandResult>(var result) -> Result.of(result);
            case Refused<CommandResult>(var reason) -> Result.failed(reason.message());
            case null -> Result.failed(line(origin, failure));
        };
    }

    private Poll ended(Origin origin, @Nullable Outcome<CommandResult> outcome, @Nullable Throwable failure) {
        return switch (outcome) {
            case Done<CommandResult>(var result) -> Poll.ended(result, settings.keptOutput());
            case Refused<CommandResult>(var reason) -> Poll.failed(reason.message());
            case null -> Poll.failed(line(origin, failure));
        };
    }

    private static String line(Origin origin, @Nullable Throwable failure) {
        var known = failure == null ? new IllegalStateException("a command ended without an outcome") : failure;
        return Problems.line(known, origin.requestId());
    }
}
