package dev.sealbox.proxy.tunnel;

import dev.sealbox.domain.egress.HostName;
import dev.sealbox.proxy.codec.Framing;
import dev.sealbox.proxy.codec.RequestHead;
import dev.sealbox.proxy.http1.Http1ClientStream;
import dev.sealbox.proxy.http2.Http2ClientStream;
import dev.sealbox.proxy.session.Admission;
import dev.sealbox.proxy.session.Refused;
import dev.sealbox.proxy.stream.ClientStream;
import dev.sealbox.proxy.transport.Link;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * What the phases of one connection share.
 *
 * @param wake makes the connection go on; may be called in any thread
 * @param tunnel where all requests go, once the client has said it
 * @param stream the one that this is about, where the connection carries many
 */
record Conversation(
        Link client,
        Entry entry,
        Admission admission,
        Services services,
        UpstreamSide upstream,
        Runnable wake,
        @Nullable Tunnel tunnel,
        @Nullable Http2ClientStream stream) {
    private static final Logger log = LoggerFactory.getLogger(Conversation.class);

    Conversation through(Tunnel next) {
        return new Conversation(client, entry, admission, services, upstream, wake, next, stream);
    }

    /** That of one request among many on the connection, with an upstream side of its own. */
    Conversation of(Http2ClientStream one, Runnable wakeOne) {
        var side = new UpstreamSide(services.pool(), wakeOne);
        return new Conversation(client, entry, admission, services, side, wakeOne, tunnel, one);
    }

    Answers answers() {
        return stream == null ? new ConnectionAnswers(this) : new StreamAnswers(this, stream);
    }

    /** What is said before there are any streams. */
    ConnectionAnswers connectionAnswers() {
        return new ConnectionAnswers(this);
    }

    /** The host that the client has asked a tunnel to. */
    @Nullable HostName host() {
        return tunnel == null ? null : tunnel.host();
    }

    /** Logs that the proxy answers itself. */
    void note(Problem problem, @Nullable HostName host) {
        log.atLevel(problem.isAlarm() ? Level.WARN : Level.INFO)
                .addKeyValue("sandbox", admission.address().sandbox())
                .addKeyValue("host", host == null ? "" : host)
                .addKeyValue("code", problem.code())
                .log(
                        problem.isAlarm()
                                ? "a sandbox sent a token that is none of its own, or seems to guess"
                                : "the proxy answered itself");
    }

    /** An answer held a value that its request had not carried; too many of these are an alarm. */
    void readBack(HostName host) {
        if (admission.readBacks().note(services.limits().readBacks())) {
            note(Problem.readBackTooOften(), host);
            refused(Problem.readBackTooOften(), null);
        }
    }

    /** Has the ledger told that something was refused before it became a request to an origin. */
    void refused(Problem problem, @Nullable RequestHead head) {
        var session = problem.isRefusal() ? admission.hold() : null;
        if (session != null) {
            services.ledger()
                    .note(Refused.of(
                            session.policy(),
                            problem.ruling(),
                            problem.decision(),
                            problem.cause().map(of -> Refused.secret(session.policy(), of.secret())),
                            problem.status(),
                            RefusedTarget.of(head, host())));
            session.release();
        }
    }

    /**
     * The client's side of an exchange that begins with {@code head}.
     *
     * @throws dev.sealbox.proxy.codec.BadMessage when its framing is broken
     */
    ClientStream streamOf(RequestHead head) {
        return stream != null
                ? stream
                : new Http1ClientStream(
                        client, Framing.ofRequest(head), services.limits().maxHead());
    }

    /** The sandbox is admitted no more: ends without a word. */
    Phase expelled() {
        client.closeAfterFlush();
        return new Lingering(client);
    }

    /** Closes at once if more than {@code limit} has passed between two moments of {@link System#nanoTime}. */
    void closeAfter(Duration limit, long from, long now) {
        if (now - from > limit.toNanos()) {
            var unused = client.channel().close();
        }
    }

    /** When a byte last moved on either side, but not before {@code since}. */
    long lastActive(long since) {
        long ofClient = stream == null ? client.lastActive() : stream.lastActive();
        return Math.max(Math.max(since, ofClient), upstream.lastActive(since));
    }
}
