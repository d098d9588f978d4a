package dev.sealbox.http;

import akka.http.javadsl.model.StatusCode;
import akka.http.javadsl.model.StatusCodes;

/** What a client can do wrong in HTTP itself, before the domain is asked. */
enum Mistake {
    NO_KEY(401, "unauthorized", "the API key is missing or not valid"),
    FORBIDDEN(403, "forbidden", "the API key's role does not allow this"),
    NO_LINK(403, "link.not-valid", "the signature is not one of this URL"),
    LINK_EXPIRED(403, "link.expired", "the URL has expired"),
    NO_ROUTE(404, "route.not-found", "there is no such path"),
    WRONG_METHOD(405, "route.wrong-method", "the path does not take this method"),
    TOO_SLOW(408, "body.too-slow", "the request body did not arrive in time"),
    TOO_LARGE(413, "body.too-large", "the request body is too large"),
    NOT_JSON(415, "body.not-json", "the request body must have Content-Type application/json"),
    TOO_MANY(429, "rate-limited", "the API key sends too many requests"),
    TOO_MANY_FAILURES(429, "too-many-failures", "too many requests without a valid API key from this address"),
    TOO_MANY_FOLLOWERS(429, "audit.too-many-followers", "as many follow the log as this node serves"),
    KEY_REUSED(409, "idempotency.other-request", "the Idempotency-Key was used for another request"),
    NO_WEB_SOCKET(400, "not-a-websocket", "this path is for WebSocket handshakes"),
    BROKEN(400, "request.broken", "the request is not well-formed"),
    /** Not the client's, but as early. */
    STOPPING(503, "unavailable", "the server is stopping");

    private final int status;
    private final String code;
    private final String message;

    Mistake(int status, String code, String message) {
        this.status = status;
        this.code = code;
        this.message = message;
    }

    StatusCode status() {
        return StatusCodes.get(status);
    }

    String code() {
        return code;
    }

    String message() {
        return message;
    }
}
