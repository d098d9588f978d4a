package dev.sealbox.proxy.tunnel;

import dev.sealbox.domain.egress.HostName;
import dev.sealbox.domain.egress.Location;
import dev.sealbox.domain.egress.Obstacle;
import dev.sealbox.domain.egress.UseRequest;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.proxy.codec.Fields;
import dev.sealbox.proxy.codec.Framing;
import dev.sealbox.proxy.codec.RequestHead;
import dev.sealbox.proxy.reseal.Resealer;
import dev.sealbox.proxy.rewrite.Substitutions;
import dev.sealbox.proxy.session.Passage;
import dev.sealbox.proxy.session.Session;
import dev.sealbox.proxy.stream.ClientStream;
import dev.sealbox.proxy.stream.UpstreamStream;
import dev.sealbox.proxy.upstream.Origin;
import io.netty.buffer.ByteBufAllocator;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One request and its response, under the policy that was in force when the request came. It holds that session. */
final class Exchange {
    private static final int MOST_ATTEMPTS = 3;

    /** By these some servers are told another method or path than the request line's. */
    private static final List<String> DISGUISES =
            List.of("x-http-method-override", "x-http-method", "x-method-override", "x-original-url", "x-rewrite-url");

    private final Session session;
    private final Passage passage;
    private final Origin origin;
    private final @Nullable Obstacle obstacle;
    private final UseRequest use;
    private final RequestHead head;
    private final Account account;
    private final ClientStream client;
    private final boolean upgrade;
    private final boolean mayUseSecrets;
    private final Resealer resealer;
    private final Consumer<HostName> readBack;
    private final RequestFlow request;
    private final ResponseFlow response;

    private int attempts = 1;

    /**
     * Prepares it; nothing is sent yet. Holds the session until {@link #close}, unless it fails.
     *
     * @param passage is told which secrets the request carries; closed with it, unless it fails
     * @param obstacle why no secret may be used in it; null where that depends
     * @param stream where the request comes from
     * @param readBack is told at the end if its answer held a value that it had not carried
     * @throws Objection when it asks for what is not served
     * @throws dev.sealbox.proxy.match.Replacer.Forbidden when a value must not stand in a header
     * @throws dev.sealbox.proxy.match.Growth.Exceeded when values would make its head too long
     * @throws Passage.Revoked when a secret of it has been revoked meanwhile
     */
    Exchange(
            Session session,
            Passage passage,
            Origin origin,
            @Nullable Obstacle obstacle,
            RequestHead head,
            String target,
            ClientStream stream,
            Services services,
            Consumer<HostName> readBack,
            ByteBufAllocator allocator) {
        var told = new Account(services.ledger(), session.policy(), origin, head, target);
        var most = services.limits().replacements();
        var found = new TokensFound(told, session.policy().denials().unusableTokens(), (name, location) -> {
            passage.carries(name);
            told.uses(name, location);
        });
        this.use = use(origin, head, target);
        var substitutions = Substitutions.at(session, use, obstacle, most, found);
        var resealer = services.reseal() ? Resealer.of(session, allocator) : Resealer.none(allocator);
        this.resealer = resealer;
        this.readBack = readBack;
        this.upgrade = head.asksForWebSocket();
        if (head.fields().has("expect") && !expectsContinue(head)) {
            throw new Objection(Problem.expectation());
        }
        boolean whole = head.fields().has("range") && (services.dropsRanges() || isForSecrets(session, origin.host()));
        var fields = outgoing(head, upgrade, resealer, substitutions, whole);
        var rewritten = services.rewriter()
                .head(head, target, origin.secure(), authority(origin), fields, substitutions, allocator);
        this.session = session;
        this.passage = passage;
        this.origin = origin;
        this.obstacle = obstacle;
        this.head = head;
        this.account = told;
        this.client = new AccountedStream(stream, told);
        this.mayUseSecrets = told.usesAny()
                || (!substitutions.isEmpty() && (upgrade || !(client.framing() instanceof Framing.None)));
        this.request = new RequestFlow(
                rewritten,
                client,
                head.fields(),
                substitutions,
                services.rewriter(),
                services.limits(),
                () -> told.warns(Account.UNREADABLE),
                allocator);
        if (request.isUnreadable() && substitutions.reach(Location.BODY)) {
            told.warns(Account.UNREADABLE);
        }
        this.response = new ResponseFlow(head, client, resealer, upgrade, services.limits(), allocator);
    }

    private static UseRequest use(Origin origin, RequestHead head, String target) {
        boolean disguised = false;
        for (var field : DISGUISES) {
            disguised |= head.fields().has(field);
        }
        return new UseRequest(origin.host(), origin.port(), head.method(), target, disguised);
    }

    private static Fields outgoing(
            RequestHead head, boolean upgrade, Resealer resealer, Substitutions substitutions, boolean whole) {
        boolean wantsTrailers = head.fields().lists("te", "trailers");
        var fields = head.fields()
                .endToEnd()
                .without("content-length", "transfer-encoding", "expect", "host", "http2-settings");
        if (!resealer.isEmpty()) {
            fields = searchable(fields, !substitutions.isEmpty(), whole);
        }
        if (upgrade) {
            // Without extensions no message is compressed, and every one can be searched as it comes.
            return fields.without("sec-websocket-extensions")
                    .with("Connection", "Upgrade")
                    .with("Upgrade", "websocket");
        }
        return wantsTrailers ? fields.with("TE", "trailers") : fields;
    }

    /**
     * Whether any secret may be used at that host, if not in this request: what rules, a tunnel without a name or plain HTTP
     * keep out now may have been stored there before, by a request like that which a range could read in parts.
     */
    private static boolean isForSecrets(Session session, HostName host) {
        return session.names().stream().anyMatch(name -> session.policy().mayUse(name, host));
    }

    private static String authority(Origin origin) {
        var host = origin.host().value();
        return host.contains(":") ? "[" + host + "]" : host;
    }

    /**
     * Asks for a response that can be searched: where a secret may be used, unpacked and whole, since a range could cut
     * a value in two; elsewhere at least packed in a way that can be unpacked.
     *
     * @param whole whether no range may be asked for in any case
     */
    private static Fields searchable(Fields asked, boolean usesSecrets, boolean whole) {
        var fields = asked.without("grpc-accept-encoding");
        if (whole) {
            fields = fields.without("range", "if-range");
        }
        if (usesSecrets) {
            return fields.without("accept-encoding", "range", "if-range").with("Accept-Encoding", "identity");
        }
        if (!fields.has("accept-encoding")) {
            return fields;
        }
        boolean gzip = fields.values("accept-encoding").stream()
                .anyMatch(value -> value.toLowerCase(Locale.ROOT).matches(".*\\bgzip\\b(?!\\s*;\\s*q=0(\\.0*)?\\b).*"));
        return fields.without("accept-encoding").with("Accept-Encoding", gzip ? "gzip" : "identity");
    }

    private static boolean expectsContinue(RequestHead head) {
        return head.fields().values("expect").stream().allMatch(value -> value.equalsIgnoreCase("100-continue"));
    }

    SandboxId sandbox() {
        return session.policy().sandbox();
    }

    /** The session that it was judged under, held as long as it lasts. */
    Session session() {
        return session;
    }

    Passage passage() {
        return passage;
    }

    /** What the ledger will be told of it. */
    Account account() {
        return account;
    }

    /** Whether a value is in it already, or may come to be. */
    boolean mayUseSecrets() {
        return mayUseSecrets;
    }

    /** As the rules of secrets see it. */
    UseRequest use() {
        return use;
    }

    /** Why no secret may be used in it; null where that depends. */
    @Nullable Obstacle obstacle() {
        return obstacle;
    }

    Origin origin() {
        return origin;
    }

    RequestHead head() {
        return head;
    }

    RequestFlow request() {
        return request;
    }

    ResponseFlow response() {
        return response;
    }

    /** Whether the client waits for a word before it sends the body. */
    boolean wantsContinue() {
        return head.fields().has("expect") && !head.http10() && !request.isRead();
    }

    /** Whether the client's connection may serve a next request. */
    boolean mayKeepClient() {
        return head.keepsAlive() && !head.http10();
    }

    /** Whether the client's connection asks to become something else, which only HTTP/1.1 upstreams can do. */
    boolean isUpgrade() {
        return upgrade;
    }

    /** The client's side. */
    ClientStream client() {
        return client;
    }

    /**
     * Whether an attempt that failed may be made once more on another connection.
     *
     * @param fresh whether nothing else was ever asked on that connection; one that was may be gone without a word
     */
    boolean mayRepeat(UpstreamStream upstream, boolean fresh) {
        boolean unheard = !passage.isCut() && !response.hasArrived() && !upstream.hasAnswered() && request.canRepeat();
        boolean harmless = !fresh && (head.isIdempotent() || !request.isDone());
        return unheard && attempts < MOST_ATTEMPTS && (harmless || upstream.wasIgnored());
    }

    /** Begins again; only if {@link #mayRepeat}. */
    void repeat() {
        attempts++;
        request.unsend();
    }

    void close() {
        if (passage.isCut()) {
            account.refused(Problem.revoked());
        }
        if (resealer.found().goBeyond(account.used(), session)) {
            readBack.accept(origin.host());
        }
        account.close();
        request.close();
        response.close();
        passage.close();
        session.release();
    }
}
