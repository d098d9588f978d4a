package dev.sealbox.http;

import static akka.http.javadsl.server.Directives.complete;
import static akka.http.javadsl.server.Directives.concat;
import static akka.http.javadsl.server.Directives.delete;
import static akka.http.javadsl.server.Directives.get;
import static akka.http.javadsl.server.Directives.onSuccess;
import static akka.http.javadsl.server.Directives.parameterOptional;
import static akka.http.javadsl.server.Directives.path;
import static akka.http.javadsl.server.Directives.pathEnd;
import static akka.http.javadsl.server.Directives.pathPrefix;
import static akka.http.javadsl.server.Directives.post;
import static akka.http.javadsl.server.PathMatchers.segment;

import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.StatusCodes;
import akka.http.javadsl.server.Route;
import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.image.BuildLog;
import dev.sealbox.domain.image.Building;
import dev.sealbox.domain.image.ImageRefusal;
import dev.sealbox.domain.image.Images;
import dev.sealbox.domain.image.Images.Requested;
import dev.sealbox.domain.image.Images.Wanted;
import dev.sealbox.domain.image.SnapshotName;
import dev.sealbox.domain.image.SnapshotView;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** {@code /api/snapshots}: POST, GET; {@code …/{name}}: GET, DELETE. */
final class SnapshotRoutes {
    private final Images images;
    private final BuildStreams streams;
    private final Bodies bodies;
    private final Answers answers;

    SnapshotRoutes(Images images, BuildStreams streams, Bodies bodies, Answers answers) {
        this.images = images;
        this.streams = streams;
        this.bodies = bodies;
        this.answers = answers;
    }

    Route of(Asker asker) {
        var origin = asker.origin();
        return pathPrefix(
                "snapshots",
                () -> concat(
                        pathEnd(() -> concat(post(() -> create(origin)), get(() -> list(origin)))),
                        path(
                                segment(),
                                text -> named(
                                        text,
                                        name -> concat(
                                                get(() -> answers.outcome(
                                                        images.read(origin, name),
                                                        view -> Answers.ok(SnapshotJson.of(view)))),
                                                delete(() -> answers.outcome(
                                                        images.delete(origin, name), done -> Answers.noContent())))))));
    }

    /** A name that no snapshot can have is one that none has. */
    static Route named(String text, Function<SnapshotName, Route> inner) {
        SnapshotName name;
        try {
            name = new SnapshotName(text);
        } catch (InvalidValue e) {
            return complete(Problems.from(new ImageRefusal.NoSuchSnapshot()));
        }
        return inner.apply(name);
    }

    private Route list(Origin origin) {
        return answers.always(
                images.list(origin),
                found -> Answers.ok(found.stream().map(SnapshotJson::of).toList()));
    }

    private Route create(Origin origin) {
        return parameterOptional(
                "async",
                async -> BuildStreams.choose(events -> bodies.imageCreation(origin, (body, id) -> {
                    var name = new SnapshotName(body.text("name"));
                    var image = ImageRequest.of(
                            body.optionalObject("image").orElseThrow(() -> new InvalidValue("image is missing")));
                    return events
                            ? streamed(origin, name, id, image)
                            : answered(origin, name, id, image, async.filter("1"::equals));
                })));
    }

    private Route answered(Origin origin, SnapshotName name, UUID id, Wanted image, Optional<String> async) {
        return answers.always(
                images.request(origin, name, id, image, BuildLog.NONE)
                        .thenCompose(taken -> async.isPresent()
                                ? CompletableFuture.completedFuture(Answers.response(taken, now -> accepted(now.now())))
                                : taken.then(Requested::ready).thenApply(SnapshotRoutes::done)),
                answer -> answer);
    }

    private static HttpResponse accepted(SnapshotView view) {
        return Json.answer(StatusCodes.ACCEPTED, SnapshotJson.of(view));
    }

    /** The synchronous form tells a failed build by 500. */
    private static HttpResponse done(Outcome<SnapshotView> outcome) {
        return outcome instanceof Outcome.Refused<SnapshotView>(ImageRefusal.BuildFailed failed)
                ? Problems.envelope(
                        StatusCodes.INTERNAL_SERVER_ERROR, failed.code(), failed.message(), failed.details())
                : Answers.response(outcome, view -> Answers.created(SnapshotJson.of(view)));
    }

    /** A name that cannot be had is told before the stream begins. */
    private Route streamed(Origin origin, SnapshotName name, UUID id, Wanted image) {
        var early = new EarlyLines();
        return onSuccess(images.request(origin, name, id, image, early), taken -> switch (taken) {
            case Outcome.Refused<Requested>(var reason) -> complete(Problems.from(reason));
            case Outcome.Done<Requested>(var requested) ->
                streams.<SnapshotView>answer(
                        origin.requestId(),
                        log -> {
                            early.to(log);
                            // The build goes on whoever waits.
                            return new Building<>(requested.ready(), () -> {});
                        },
                        SnapshotJson::of);
        });
    }

    /** Keeps the first lines until there is a stream for them. */
    private static final class EarlyLines implements BuildLog {
        private final ArrayDeque<Line> kept = new ArrayDeque<>();
        private Optional<BuildLog> target = Optional.empty();

        @Override
        public synchronized void add(Line line) {
            target.ifPresentOrElse(log -> log.add(line), () -> kept.add(line));
        }

        synchronized void to(BuildLog log) {
            kept.forEach(log::add);
            kept.clear();
            target = Optional.of(log);
        }
    }
}
