package dev.sealbox.http;

import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.StatusCode;
import akka.http.javadsl.model.StatusCodes;
import akka.http.javadsl.model.headers.RawHeader;
import akka.http.scaladsl.model.ExceptionWithErrorInfo;
import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.Refusal;
import dev.sealbox.domain.sandbox.HostUnreachable;
import dev.sealbox.domain.sandbox.SandboxMissing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where everything that goes wrong becomes a status and the envelope <code>{"error": …, "code": …}</code>. */
final class Problems {
    private static final Logger log = LoggerFactory.getLogger(Problems.class);
    private static final int MAX_CAUSES = 10;
    private static final int MAX_MESSAGE = 500;

    private Problems() {}

    static HttpResponse from(Refusal refusal) {
        var answer = envelope(status(refusal.kind()), refusal.code(), refusal.message(), refusal.details());
        return refusal.passes() ? later(answer, refusal.retryAfterSeconds()) : answer;
    }

    private static StatusCode status(Refusal.Kind kind) {
        return switch (kind) {
            case INVALID -> StatusCodes.BAD_REQUEST;
            case FORBIDDEN -> StatusCodes.FORBIDDEN;
            case NOT_FOUND -> StatusCodes.NOT_FOUND;
            case CONFLICT -> StatusCodes.CONFLICT;
            case EXHAUSTED -> StatusCodes.TOO_MANY_REQUESTS;
            case GONE -> StatusCodes.GONE;
            case NOT_READY -> StatusCodes.SERVICE_UNAVAILABLE;
        };
    }

    static HttpResponse from(Mistake mistake) {
        var answer = envelope(mistake.status(), mistake.code(), mistake.message(), Map.of());
        return mistake == Mistake.STOPPING ? later(answer) : answer;
    }

    /** A value that cannot be; its message is made for the client. */
    static HttpResponse from(InvalidValue invalid) {
        return envelope(StatusCodes.BAD_REQUEST, "invalid", String.valueOf(invalid.getMessage()), Map.of());
    }

    /** The sandbox sleeps and is being woken. */
    static HttpResponse waking() {
        return later(envelope(
                StatusCodes.SERVICE_UNAVAILABLE, "waking", "the sandbox is being woken", Map.of("waking", true)));
    }

    /** Something that the contract has and this server has not yet. */
    static HttpResponse unsupported(String what) {
        return envelope(StatusCodes.BAD_REQUEST, "not-supported", what + " is not supported yet", Map.of());
    }

    /** A failure that nobody asked for: told with the request's id and nothing else, and logged. */
    static HttpResponse from(Throwable failure, String requestId) {
        var invalid = causes(failure).filter(InvalidValue.class::isInstance).findFirst();
        if (invalid.isPresent()) {
            return from((InvalidValue) invalid.get());
        }
        if (causes(failure).anyMatch(ExceptionWithErrorInfo.class::isInstance)) {
            return from(Mistake.BROKEN);
        }
        return isPassing(failure) ? unavailable(failure, requestId) : internal(failure, requestId);
    }

    private static HttpResponse unavailable(Throwable failure, String requestId) {
        log.warn("request {} could not be answered now", requestId, failure);
        return later(envelope(StatusCodes.SERVICE_UNAVAILABLE, "unavailable", unavailableText(requestId), Map.of()));
    }

    private static HttpResponse internal(Throwable failure, String requestId) {
        log.error("request {} failed", requestId, failure);
        return envelope(StatusCodes.INTERNAL_SERVER_ERROR, "internal", internalText(requestId), Map.of());
    }

    /** One line for a result whose status can no longer tell; logged as {@link #from(Throwable, String)} does. */
    static String line(Throwable failure, String requestId) {
        if (isPassing(failure)) {
            log.warn("request {} could not be finished", requestId, failure);
            return unavailableText(requestId);
        }
        log.error("request {} failed", requestId, failure);
        return internalText(requestId);
    }

    private static String unavailableText(String requestId) {
        return "the service is not available now; request " + requestId;
    }

    private static String internalText(String requestId) {
        return "internal error; request " + requestId;
    }

    /** Whether the journal, the database or a host was out of reach, so that a repeat may succeed. */
    private static boolean isPassing(Throwable failure) {
        return causes(failure)
                .anyMatch(cause -> cause instanceof TimeoutException
                        || cause instanceof SQLException
                        || cause instanceof IOException
                        || cause instanceof UncheckedIOException
                        || cause instanceof HostUnreachable
                        || cause instanceof SandboxMissing);
    }

    private static Stream<Throwable> causes(Throwable failure) {
        return Stream.iterate(Optional.of(failure), cause -> cause.flatMap(c -> Optional.ofNullable(c.getCause())))
                .limit(MAX_CAUSES)
                .flatMap(Optional::stream);
    }

    private static HttpResponse later(HttpResponse answer) {
        return later(answer, 1);
    }

    private static HttpResponse later(HttpResponse answer, long seconds) {
        return answer.addHeader(RawHeader.create("Retry-After", Long.toString(seconds)));
    }

    /** A mistake that is none after so many seconds. */
    static HttpResponse later(Mistake mistake, long seconds) {
        return later(from(mistake), seconds);
    }

    static HttpResponse envelope(StatusCode status, String code, String message, Map<String, ?> details) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("error", oneLine(message));
        fields.put("code", code);
        details.forEach(fields::putIfAbsent);
        return Json.answer(status, fields);
    }

    /** The envelope without its status, for where that was sent already. */
    static Map<String, Object> fields(String code, String message) {
        return Map.of("error", oneLine(message), "code", code);
    }

    private static String oneLine(String message) {
        var line = message.length() > MAX_MESSAGE ? message.substring(0, MAX_MESSAGE) + "..." : message;
        return line.replaceAll("[\\p{Cc}\\p{Cs}\\u2028\\u2029]+", " ");
    }
}
