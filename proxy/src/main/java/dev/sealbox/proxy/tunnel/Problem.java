package dev.sealbox.proxy.tunnel;

import dev.sealbox.domain.egress.HostName;
import dev.sealbox.domain.egress.Obstacle;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.ledger.Ruling;
import dev.sealbox.proxy.codec.BadMessage;
import dev.sealbox.proxy.codec.Field;
import dev.sealbox.proxy.codec.Fields;
import dev.sealbox.proxy.codec.Framing;
import dev.sealbox.proxy.codec.Heads;
import dev.sealbox.proxy.codec.ResponseHead;
import dev.sealbox.proxy.match.Growth;
import dev.sealbox.proxy.upstream.Unreachable;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Why the proxy answers itself, as the client gets it: status, a stable code, and a sentence. Nothing that the client
 * sent is quoted but host names that passed the grammar.
 */
public record Problem(int status, String code, String message, Optional<Cause> cause) {
    private static final String UNKNOWN_TOKEN = "token.unknown";
    private static final String READ_BACK = "value.read-back-too-often";

    /** What nobody decided. */
    private static final Set<String> FAILURES = Set.of(
            "upstream.unresolved",
            "upstream.unreachable",
            "upstream.handshake",
            "upstream.timeout",
            "upstream.bad-response",
            "upstream.proxy-unreachable",
            "upstream.proxy-timeout",
            "upstream.proxy-credentials",
            "upstream.proxy-failed",
            "proxy.failure");

    /** The secret that it is about, and what keeps it out. */
    record Cause(SecretName secret, Obstacle obstacle) {}

    Problem(int status, String code, String message) {
        this(status, code, message, Optional.empty());
    }

    static Problem unusableToken(SecretName secret, Obstacle obstacle) {
        return new Problem(
                403,
                "token.unusable",
                "The secret " + secret + " cannot be used in this request, and its store wants no token passed on.",
                Optional.of(new Cause(secret, obstacle)));
    }

    /** The code, and where it is about a secret what keeps that out. */
    String decision() {
        return cause.map(of -> code + "; rule=" + of.obstacle().code()).orElse(code);
    }

    /** Whether it says no to what was asked, and not that it could not be done. */
    boolean isRefusal() {
        return !FAILURES.contains(code);
    }

    /** None: a client that hears this trusts the certificate that it was shown. */
    static Problem none() {
        return new Problem(200, "tls.trusted", "");
    }

    /** Whether it says no to what only somebody does who has another sandbox's token, or guesses. */
    boolean isAlarm() {
        return code.equals(UNKNOWN_TOKEN) || code.equals(READ_BACK);
    }

    /** How the ledger calls it. */
    Ruling ruling() {
        return isAlarm() ? Ruling.ALARM : Ruling.REFUSED;
    }

    static Problem maimedToken() {
        return new Problem(
                403,
                "token.maimed",
                "The request holds what begins as a sealed token and is none, and a store wants no token passed on.");
    }

    static Problem unknownToken() {
        return new Problem(403, UNKNOWN_TOKEN, "The request holds a sealed token that is none of this sandbox's.");
    }

    /** Somebody may be guessing a value, and be told by the token in its place that a guess was right. */
    static Problem readBackTooOften() {
        return new Problem(
                429, READ_BACK, "Too many answers held values of this sandbox's secrets; try again in a minute.");
    }

    static Problem unknownSandbox() {
        return new Problem(403, "egress.unknown-sandbox", "No sandbox is admitted at this address.");
    }

    static Problem tooManyConnections() {
        return new Problem(429, "egress.too-many-connections", "This sandbox has too many open connections.");
    }

    static Problem hostNotAllowed(HostName host) {
        return new Problem(403, "egress.host-not-allowed", "The egress allowlist does not permit " + host + ".");
    }

    static Problem hostDenied(HostName host) {
        return new Problem(403, "egress.host-denied", "A denylist forbids " + host + ", whatever the allowlist says.");
    }

    static Problem addressNotAllowed(HostName host) {
        return new Problem(
                403, "egress.address-not-allowed", "The address " + host + " is not public, or not permitted as such.");
    }

    static Problem portNotAllowed() {
        return new Problem(
                403,
                "egress.port-not-allowed",
                "Only ports 443 (CONNECT), 80 (plain HTTP) and what the stores name for plain TCP are served.");
    }

    static Problem badHost() {
        return new Problem(400, "request.bad-host", "The request names no proper host.");
    }

    static Problem badTarget() {
        return new Problem(400, "request.bad-target", "This form of request target is not served here.");
    }

    static Problem misdirected(HostName tunnel) {
        return new Problem(
                421, "egress.host-mismatch", "This connection is for " + tunnel + "; the request names another host.");
    }

    static Problem methodNotAllowed() {
        return new Problem(405, "egress.method-not-allowed", "TRACE and CONNECT are not passed on.");
    }

    static Problem malformed(BadMessage bad) {
        return new Problem(
                bad.status(),
                bad.status() == 431 || bad.status() == 413 ? "request.too-large" : "request.malformed",
                "The request is malformed: " + bad.reason() + ".");
    }

    static Problem expectation() {
        return new Problem(417, "request.expectation", "Only 100-continue can be expected.");
    }

    static Problem tooSlow() {
        return new Problem(408, "request.timeout", "The request did not arrive in time.");
    }

    static Problem valueNotForHeader() {
        return new Problem(
                502,
                "secret.not-for-header",
                "The secret's value holds a line break or a NUL and cannot be put into a header or a request line.");
    }

    static Problem replacesTooMuch(Growth.Exceeded by) {
        return by.isTooOften()
                ? new Problem(413, "secret.too-often", "The request holds more tokens than may be replaced in one.")
                : new Problem(
                        413,
                        "secret.too-large",
                        "With values in the place of its tokens the request would become too large.");
    }

    static Problem badFrame() {
        return new Problem(400, "websocket.bad-frame", "A frame of the WebSocket breaks its protocol.");
    }

    static Problem changedTooOften() {
        return new Problem(
                503, "websocket.changed-too-often", "What may be sent here has changed too often for one WebSocket.");
    }

    static Problem unreachable(HostName host, Unreachable.Reason reason) {
        return new Problem(reason.status(), reason.code(), "No connection to " + host + ": " + reason.text() + ".");
    }

    static Problem badResponse(String what) {
        return new Problem(502, "upstream.bad-response", "The upstream's response is unusable: " + what + ".");
    }

    static Problem unreadableCoding() {
        return new Problem(
                502,
                "upstream.unreadable-encoding",
                "The upstream compressed its response in a way that cannot be searched for secrets.");
    }

    static Problem valueInMessage() {
        return new Problem(
                502,
                "upstream.value-in-message",
                "The upstream returned a secret's value in a message whose lengths do not allow to replace it.");
    }

    static Problem upstreamTooSlow(HostName host) {
        return new Problem(504, "upstream.timeout", host + " does not answer in time.");
    }

    static Problem revoked() {
        return new Problem(
                403, "egress.revoked", "A secret of this request was revoked, or the host is allowed no more.");
    }

    static Problem noRecord() {
        return new Problem(
                503,
                "audit.no-record",
                "The use of a secret cannot be recorded now, so the request was not made; try again later.");
    }

    static Problem internal() {
        return new Problem(500, "proxy.failure", "The proxy failed.");
    }

    /** The response's head, but for its length. */
    ResponseHead head() {
        return new ResponseHead(
                status,
                reason(),
                false,
                new Fields(List.of(
                        new Field("content-type", "application/json"),
                        new Field("cache-control", "no-store"),
                        new Field("x-sealbox-decision", decision()))));
    }

    /** The response's body: JSON. */
    byte[] body() {
        var error = message.isEmpty() ? "" : "\"error\":\"" + message + "\",";
        var rule = cause.map(of -> ",\"rule\":\"" + of.obstacle().code() + "\",\"secret\":\"" + of.secret() + "\"")
                .orElse("");
        return ("{" + error + "\"code\":\"" + code + "\"" + rule + "}\n").getBytes(StandardCharsets.UTF_8);
    }

    /** The complete response on HTTP/1.1. */
    ByteBuf response(ByteBufAllocator allocator, boolean bodiless, boolean close) {
        var body = body();
        var out = allocator.buffer(512);
        Heads.line(out, "HTTP/1.1 " + status + " " + reason());
        head().fields().all().forEach(field -> Heads.field(out, field));
        Heads.framing(out, new Framing.Length(body.length));
        if (close) {
            Heads.line(out, "Connection: close");
        }
        Heads.end(out);
        return bodiless ? out : out.writeBytes(body);
    }

    private String reason() {
        return switch (status) {
            case 200 -> "OK";
            case 400 -> "Bad Request";
            case 403 -> "Forbidden";
            case 405 -> "Method Not Allowed";
            case 408 -> "Request Timeout";
            case 413 -> "Content Too Large";
            case 417 -> "Expectation Failed";
            case 421 -> "Misdirected Request";
            case 429 -> "Too Many Requests";
            case 431 -> "Request Header Fields Too Large";
            case 501 -> "Not Implemented";
            case 502 -> "Bad Gateway";
            case 503 -> "Service Unavailable";
            case 504 -> "Gateway Timeout";
            default -> "Internal Server Error";
        };
    }
}
