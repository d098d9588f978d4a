package dev.sealbox.http;

import static akka.http.javadsl.server.Directives.mapResponse;

import akka.http.javadsl.model.AttributeKey;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.server.Route;
import java.util.function.Supplier;

/**
 * Answers that show a secret to who asked, and are kept for repeats without it: {@link Repetition} sees the body that holds
 * none, the client the other one.
 */
final class ShownOnce {
    private static final AttributeKey<byte[]> BODY = AttributeKey.create("shown-once", byte[].class);

    private ShownOnce() {}

    /** {@code body} is JSON. */
    static HttpResponse with(HttpResponse kept, byte[] body) {
        return kept.addAttribute(BODY, body);
    }

    /** Around whatever keeps answers. */
    static Route added(Supplier<Route> inner) {
        return mapResponse(
                answer -> answer.getAttribute(BODY)
                        .map(body -> Answers.secret(answer.removeAttribute(BODY)
                                .withEntity(HttpEntities.create(ContentTypes.APPLICATION_JSON, body))))
                        .orElse(answer),
                inner);
    }
}
