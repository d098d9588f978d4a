package dev.sealbox.http;

import static akka.http.javadsl.server.Directives.complete;
import static akka.http.javadsl.server.Directives.concat;
import static akka.http.javadsl.server.Directives.extractMaterializer;
import static akka.http.javadsl.server.Directives.extractRequest;
import static akka.http.javadsl.server.Directives.get;
import static akka.http.javadsl.server.Directives.onSuccess;
import static akka.http.javadsl.server.Directives.parameterMap;
import static akka.http.javadsl.server.Directives.path;
import static akka.http.javadsl.server.Directives.post;
import static akka.http.javadsl.server.PathMatchers.segment;

import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.server.Route;
import akka.stream.Materializer;
import akka.stream.javadsl.StreamConverters;
import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.image.SnapshotName;
import dev.sealbox.domain.layer.Archives;
import dev.sealbox.domain.layer.Incoming;
import dev.sealbox.domain.layer.SetuidFiles;
import java.io.InputStream;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * {@code /api/sandboxes/checkpoints/{checkpoint}/export} and {@code /api/snapshots/{name}/export}: GET an archive;
 * {@code /api/snapshots/{name}/import}: POST one, or an image or root file system of others. Bytes are streamed both ways, only as fast as the slower side takes them.
 */
final class ArchiveRoutes {
    private static final int CHUNK = 64 * 1024;

    private final Archives archives;
    private final Duration patience;

    ArchiveRoutes(Archives archives, HttpSettings settings) {
        this.archives = archives;
        // The connection's own timeout strikes first; this one only frees the reader's thread.
        this.patience = settings.idleTimeout().plusSeconds(10);
    }

    Route of(Origin origin) {
        return concat(
                path(
                        segment("sandboxes")
                                .slash("checkpoints")
                                .slash(segment())
                                .slash("export"),
                        id -> get(
                                () -> exported(Answers.asking(() -> archives.export(origin, CheckpointId.parse(id)))))),
                path(
                        segment("snapshots").slash(segment()).slash("export"),
                        text -> get(() -> SnapshotRoutes.named(
                                text, name -> exported(Answers.asking(() -> archives.export(origin, name)))))),
                path(
                        segment("snapshots").slash(segment()).slash("import"),
                        text -> post(() -> imported(origin, new SnapshotName(text)))));
    }

    /** Waits as long as the connection lives, so that the stream is closed whenever it comes. */
    private static Route exported(CompletionStage<Outcome<InputStream>> archive) {
        return extractMaterializer(materializer -> onSuccess(
                archive, outcome -> complete(Answers.response(outcome, content -> streamed(content, materializer)))));
    }

    /** Started at once: if the client has gone, nobody takes the stream, and it is closed after some seconds. */
    private static HttpResponse streamed(InputStream content, Materializer materializer) {
        var bytes = StreamConverters.fromInputStream(() -> content, CHUNK).preMaterialize(materializer);
        return HttpResponse.create()
                .withEntity(HttpEntities.createChunked(ContentTypes.APPLICATION_OCTET_STREAM, bytes.second()));
    }

    private Route imported(Origin origin, SnapshotName name) {
        return parameterMap(given -> {
            var how = how(given);
            return extractRequest(request -> extractMaterializer(materializer -> {
                var bytes = Unread.take(request)
                        .withoutSizeLimit()
                        .getDataBytes()
                        .runWith(StreamConverters.asInputStream(patience), materializer);
                var content = new DrainedOnClose(bytes);
                var asked = Answers.asking(() -> archives.importAs(origin, name, how, content));
                return onSuccess(
                        asked.handle((outcome, failure) -> content.drained())
                                .thenCompose(drained -> drained)
                                .thenCompose(done -> asked),
                        outcome -> complete(Answers.response(outcome, view -> Answers.created(SnapshotJson.of(view)))));
            }));
        });
    }

    private static Incoming how(Map<String, String> given) {
        return new Incoming(
                switch (given.getOrDefault("format", "archive")) {
                    case "archive" -> Incoming.Form.ARCHIVE;
                    case "oci" -> Incoming.Form.OCI;
                    case "rootfs" -> Incoming.Form.ROOTFS;
                    default -> throw new InvalidValue("format must be archive, oci or rootfs");
                },
                switch (given.getOrDefault("setuid", "refuse")) {
                    case "refuse" -> SetuidFiles.REFUSE;
                    case "drop" -> SetuidFiles.DROP;
                    case "keep" -> SetuidFiles.KEEP;
                    default -> throw new InvalidValue("setuid must be refuse, drop or keep");
                },
                Optional.ofNullable(given.get("sha256")));
    }
}
