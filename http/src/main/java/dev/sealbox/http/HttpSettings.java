package dev.sealbox.http;

import com.typesafe.config.Config;
import dev.sealbox.domain.identity.OrganizationId;
import java.time.Duration;

/**
 * What an operator may choose about the API; the keys live under {@code sealbox.http}, where {@code reference.conf}
 * explains each.
 *
 * @param maxJson bytes
 * @param operatorOrganization whose administrators may do what concerns all organisations
 */
public record HttpSettings(
        String host,
        int port,
        String sandboxDomain,
        int maxJson,
        Duration bodyTimeout,
        Duration answerTimeout,
        Duration idleTimeout,
        int maxConnections,
        Duration stopDeadline,
        Exec exec,
        WebSocket webSocket,
        Preview preview,
        OrganizationId operatorOrganization,
        RateLimit rateLimit,
        FailedAuthentications failedAuthentications,
        Audit audit,
        Images images) {

    /**
     * How many requests a key may send to this node.
     *
     * @param requestsPerSecond 0 for no limit
     */
    public record RateLimit(int requestsPerSecond, int burst) {
        private static RateLimit from(Config limit) {
            return new RateLimit(limit.getInt("requests-per-second"), limit.getInt("burst"));
        }
    }

    /** How many requests without a valid key an address may send to this node. */
    public record FailedAuthentications(int perWindow, Duration window) {
        private static FailedAuthentications from(Config failures) {
            return new FailedAuthentications(failures.getInt("per-window"), failures.getDuration("window"));
        }
    }

    /**
     * About WebSockets to sessions.
     *
     * @param maxMessage bytes of a client's message
     */
    public record WebSocket(int maxMessage, Duration pingEvery) {
        private static WebSocket from(Config socket) {
            return new WebSocket(Math.toIntExact(socket.getBytes("max-message")), socket.getDuration("ping-every"));
        }
    }

    /**
     * About requests to programs in sandboxes.
     *
     * @param everyPort whether ports that nobody exposed are reached where no token is asked for
     * @param lookAgain how often a WebSocket's visitor is judged anew
     * @param domains of organisations, as {@link PreviewDomains} reads them
     */
    public record Preview(Duration answerTimeout, boolean everyPort, Duration lookAgain, String domains) {
        private static Preview from(Config preview) {
            return new Preview(
                    preview.getDuration("answer-timeout"),
                    preview.getBoolean("every-port"),
                    preview.getDuration("look-again"),
                    preview.getString("domains"));
        }
    }

    /**
     * About images.
     *
     * @param maxBody bytes of a request that holds an image
     * @param keepAlive between two bytes of a build's events
     */
    public record Images(int maxBody, Duration bodyTimeout, Duration keepAlive) {
        private static Images from(Config images) {
            return new Images(
                    Math.toIntExact(images.getBytes("max-body")),
                    images.getDuration("body-timeout"),
                    images.getDuration("keep-alive"));
        }
    }

    /**
     * About the log.
     *
     * @param followers who may follow it at a time on this node
     * @param followLimit after which a follower has to come again
     */
    public record Audit(Duration poll, Duration heartbeat, int followers, Duration followLimit) {
        private static Audit from(Config audit) {
            return new Audit(
                    audit.getDuration("poll"),
                    audit.getDuration("heartbeat"),
                    audit.getInt("followers"),
                    audit.getDuration("follow-limit"));
        }
    }

    /**
     * About commands.
     *
     * @param keptOutput characters per handle
     * @param keptOutputTotal characters for all handles
     */
    public record Exec(
            Duration defaultTimeout,
            Duration earlyHeaders,
            Duration keepAlive,
            Duration inlineHold,
            Duration pollHold,
            Duration keepResults,
            int keptOutput,
            long keptOutputTotal,
            int maxAsync) {

        private static Exec from(Config exec) {
            return new Exec(
                    exec.getDuration("default-timeout"),
                    exec.getDuration("early-headers"),
                    exec.getDuration("keep-alive"),
                    exec.getDuration("inline-hold"),
                    exec.getDuration("poll-hold"),
                    exec.getDuration("keep-results"),
                    Math.toIntExact(exec.getBytes("kept-output")),
                    exec.getBytes("kept-output-total"),
                    exec.getInt("max-async"));
        }
    }

    PreviewDomains previewDomains() {
        return PreviewDomains.parse(sandboxDomain, preview.domains());
    }

    public static HttpSettings from(Config config) {
        var http = config.getConfig("sealbox.http");
        return new HttpSettings(
                http.getString("host"),
                http.getInt("port"),
                http.getString("sandbox-domain"),
                Math.toIntExact(http.getBytes("max-json")),
                http.getDuration("body-timeout"),
                http.getDuration("answer-timeout"),
                http.getDuration("idle-timeout"),
                http.getInt("max-connections"),
                http.getDuration("stop-deadline"),
                Exec.from(http.getConfig("exec")),
                WebSocket.from(http.getConfig("web-socket")),
                Preview.from(http.getConfig("preview")),
                new OrganizationId(config.getString("sealbox.operator-organization")),
                RateLimit.from(http.getConfig("rate-limit")),
                FailedAuthentications.from(http.getConfig("failed-authentications")),
                Audit.from(http.getConfig("audit")),
                Images.from(http.getConfig("images")));
    }
}
