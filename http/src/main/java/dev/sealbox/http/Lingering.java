package dev.sealbox.http;

import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpResponse;
import akka.stream.javadsl.Source;
import akka.util.ByteString;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** An answer that takes its time: white space now and then, which JSON allows, and at last the result. */
final class Lingering {
    private static final ByteString SPACE = ByteString.fromString(" ");

    private Lingering() {}

    /**
     * A 200 at once; clients see by the space that the server lives.
     *
     * @param wire never fails: what goes wrong is told in it
     */
    static HttpResponse json(CompletionStage<?> wire, Duration keepAlive) {
        return HttpResponse.create()
                .withEntity(HttpEntities.create(
                        ContentTypes.APPLICATION_JSON,
                        Source.single(SPACE)
                                .concat(Source.completionStage(
                                        wire.thenApply(result -> ByteString.fromArray(Json.bytes(result)))))
                                .keepAlive(keepAlive, () -> SPACE)));
    }
}
