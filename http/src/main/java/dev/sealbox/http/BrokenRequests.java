package dev.sealbox.http;

import akka.event.LoggingAdapter;
import akka.http.ParsingErrorHandler;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.RawHeader;
import akka.http.scaladsl.model.ErrorInfo;
import akka.http.scaladsl.model.StatusCode;
import akka.http.scaladsl.settings.ServerSettings;
import java.util.Map;
import java.util.UUID;

/** Answers what cannot be read as a request at all, in the envelope of all errors; quotes nothing of it. */
public final class BrokenRequests extends ParsingErrorHandler {

    /** Akka HTTP makes it by its name. */
    public BrokenRequests() {}

    @Override
    public HttpResponse handle(StatusCode status, ErrorInfo info, LoggingAdapter log, ServerSettings settings) {
        return Problems.envelope(status, Mistake.BROKEN.code(), status.defaultMessage(), Map.of())
                .addHeader(RawHeader.create("X-Request-Id", UUID.randomUUID().toString()));
    }
}
