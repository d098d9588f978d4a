package dev.sealbox.http;

import static akka.http.javadsl.server.Directives.complete;
import static akka.http.javadsl.server.Directives.concat;
import static akka.http.javadsl.server.Directives.delete;
import static akka.http.javadsl.server.Directives.extractMaterializer;
import static akka.http.javadsl.server.Directives.extractRequest;
import static akka.http.javadsl.server.Directives.get;
import static akka.http.javadsl.server.Directives.onSuccess;
import static akka.http.javadsl.server.Directives.parameterOptional;
import static akka.http.javadsl.server.Directives.path;
import static akka.http.javadsl.server.Directives.pathPrefix;
import static akka.http.javadsl.server.Directives.post;
import static akka.http.javadsl.server.Directives.put;
import static akka.http.javadsl.server.PathMatchers.segment;

import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpEntity;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.RequestEntity;
import akka.http.javadsl.server.Route;
import akka.stream.Materializer;
import akka.stream.javadsl.StreamConverters;
import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.FileEntry;
import dev.sealbox.domain.sandbox.Sandboxes;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/**
 * {@code /api/sandboxes/{sandbox}/files?path=}: GET the bytes, PUT new ones, DELETE; {@code /list}: GET; {@code /mkdir}:
 * POST. Bytes are streamed both ways, only as fast as the slower side takes them.
 */
final class FileRoutes {
    private static final int MAX_PATH = 4096;
    private static final int CHUNK = 64 * 1024;

    private final Sandboxes sandboxes;
    private final Duration patience;
    private final Answers answers;

    FileRoutes(Sandboxes sandboxes, HttpSettings settings, Answers answers) {
        this.sandboxes = sandboxes;
        // The connection's own timeout strikes first; this one only frees the reader's thread.
        this.patience = settings.idleTimeout().plusSeconds(10);
        this.answers = answers;
    }

    Route of(Origin origin) {
        return pathPrefix(
                "sandboxes",
                () -> concat(
                        path(segment().slash("files"), id -> file(origin, id)),
                        path(
                                segment().slash("files").slash("list"),
                                id -> get(() -> SandboxPaths.sandbox(id, sandbox -> list(origin, sandbox)))),
                        path(
                                segment().slash("files").slash("mkdir"),
                                id -> post(
                                        () -> SandboxPaths.sandbox(id, sandbox -> makeDirectory(origin, sandbox))))));
    }

    private Route file(Origin origin, String id) {
        return concat(
                get(() -> SandboxPaths.sandbox(id, sandbox -> named(path -> read(origin, sandbox, path)))),
                put(() -> SandboxPaths.sandbox(id, sandbox -> named(path -> write(origin, sandbox, path)))),
                delete(() -> SandboxPaths.sandbox(
                        id,
                        sandbox -> named(path -> answers.outcome(
                                sandboxes.removeFile(origin, sandbox, path), done -> Answers.noContent())))));
    }

    /** Goes on with the path that the query names. */
    private static Route named(Function<String, Route> inner) {
        return parameterOptional("path", path -> inner.apply(checked(path)));
    }

    static String checked(Optional<String> given) {
        var path = given.filter(text -> !text.isEmpty()).orElseThrow(() -> new InvalidValue("path is missing"));
        if (path.length() > MAX_PATH || path.indexOf('\0') >= 0) {
            throw new InvalidValue("path is longer than " + MAX_PATH + " characters or holds a NUL character");
        }
        return path;
    }

    /** Waits as long as the connection lives, so that the stream is closed whenever it comes. */
    Route read(Origin origin, SandboxId sandbox, String path) {
        return extractMaterializer(materializer -> onSuccess(
                sandboxes.readFile(origin, sandbox, path),
                outcome -> complete(Answers.response(outcome, content -> streamed(content, materializer)))));
    }

    /** Started at once: if the client has gone, nobody takes the stream, and it is closed after some seconds. */
    private static HttpResponse streamed(InputStream content, Materializer materializer) {
        var bytes = StreamConverters.fromInputStream(() -> content, CHUNK).preMaterialize(materializer);
        return HttpResponse.create()
                .withEntity(HttpEntities.createChunked(ContentTypes.APPLICATION_OCTET_STREAM, bytes.second()));
    }

    Route write(Origin origin, SandboxId sandbox, String path) {
        return extractRequest(request -> extractMaterializer(materializer -> {
            var content = content(Unread.take(request), materializer);
            var asked = Answers.asking(() -> sandboxes.writeFile(origin, sandbox, path, content));
            return onSuccess(
                    asked.handle((outcome, failure) -> content.drained())
                            .thenCompose(drained -> drained)
                            .thenCompose(done -> asked),
                    outcome -> complete(Answers.response(outcome, done -> Answers.noContent())));
        }));
    }

    private DrainedOnClose content(RequestEntity entity, Materializer materializer) {
        if (entity instanceof HttpEntity.Strict arrived) {
            return new DrainedOnClose(new ByteArrayInputStream(arrived.getData().toArray()));
        }
        var bytes = entity.withoutSizeLimit()
                .getDataBytes()
                .runWith(StreamConverters.asInputStream(patience), materializer);
        return new DrainedOnClose(bytes);
    }

    private Route list(Origin origin, SandboxId sandbox) {
        return parameterOptional("path", given -> {
            var path = checked(given.or(() -> Optional.of("/")));
            return answers.outcome(
                    sandboxes.listFiles(origin, sandbox, path),
                    entries -> Answers.ok(entries.stream().map(Entry::of).toList()));
        });
    }

    private Route makeDirectory(Origin origin, SandboxId sandbox) {
        return named(
                path -> answers.outcome(sandboxes.makeDirectory(origin, sandbox, path), done -> Answers.noContent()));
    }

    private record Entry(String name, boolean isDir, String path, long size) {
        private static Entry of(FileEntry entry) {
            return new Entry(entry.name(), entry.directory(), entry.path(), entry.size());
        }
    }
}
