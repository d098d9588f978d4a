package dev.sealbox.http;

import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.RawHeader;
import dev.sealbox.domain.Refusal;
import dev.sealbox.domain.preview.PreviewRefusal;
import java.util.List;
import java.util.OptionalLong;

/** What visitors are shown in the place of what they came for. Tells nothing of a sandbox to who is not let in. */
final class PreviewPages {
    private static final String NOWHERE = new PreviewRefusal.NoPreview().message();

    private PreviewPages() {}

    static HttpResponse nowhere() {
        return page(404, NOWHERE);
    }

    /** {@code wait} is how many seconds an address that brought too many wrong tokens has to wait. */
    static HttpResponse notLetIn(PreviewRefusal.NotLetIn refusal, OptionalLong wait) {
        return wait.isPresent()
                ? page(429, "Too many wrong tokens came from this address.")
                        .addHeader(RawHeader.create("Retry-After", Long.toString(wait.getAsLong())))
                : page(401, refusal.message()).addHeader(RawHeader.create("WWW-Authenticate", "Bearer"));
    }

    /** Any other refusal; what it says of the sandbox's owner is not told. */
    static HttpResponse of(Refusal refusal) {
        return switch (refusal) {
            case PreviewRefusal.NothingListens none -> page(502, none.message());
            case PreviewRefusal.TooManyConnections many -> later(page(503, many.message()));
            default ->
                switch (refusal.kind()) {
                    case NOT_FOUND, GONE, FORBIDDEN -> nowhere();
                    case INVALID, CONFLICT -> page(502, "The sandbox does not run.");
                    case EXHAUSTED, NOT_READY -> later(page(503, "The sandbox is not ready now."));
                };
        };
    }

    static HttpResponse tooSlow() {
        return page(504, "The program in the sandbox did not answer in time.");
    }

    static HttpResponse broken() {
        return page(502, "The program in the sandbox hung up, or did not answer in HTTP.");
    }

    static HttpResponse failed(String requestId) {
        return later(page(503, "The preview is not available now; request " + requestId + "."));
    }

    static HttpResponse page(int status, String text) {
        var page = """
                <!doctype html>
                <html lang="en">
                <head><meta charset="utf-8"><title>%1$d %2$s</title></head>
                <body><h1>%1$d</h1><p>%2$s</p></body>
                </html>
                """.formatted(status, text);
        return HttpResponse.create()
                .withStatus(status)
                .withEntity(HttpEntities.create(ContentTypes.TEXT_HTML_UTF8, page))
                .addHeaders(List.of(
                        RawHeader.create("Cache-Control", "no-store"),
                        RawHeader.create("Content-Security-Policy", "default-src 'none'"),
                        RawHeader.create("X-Content-Type-Options", "nosniff")));
    }

    private static HttpResponse later(HttpResponse page) {
        return page.addHeader(RawHeader.create("Retry-After", "1"));
    }
}
