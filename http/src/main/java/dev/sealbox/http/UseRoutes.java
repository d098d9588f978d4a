package dev.sealbox.http;

import static akka.http.javadsl.server.Directives.extractRequest;
import static akka.http.javadsl.server.Directives.get;
import static akka.http.javadsl.server.Directives.path;
import static akka.http.javadsl.server.Directives.pathPrefix;

import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.server.Route;
import dev.sealbox.domain.audit.Moment;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.ledger.Ruling;
import dev.sealbox.domain.ledger.UseFilter;
import dev.sealbox.domain.ledger.UseLog;
import java.util.Set;

/** {@code /api/audit/uses}: GET what the asker's organisation's sandboxes used, and were refused. */
final class UseRoutes {
    private static final Set<String> NAMES = FeedRoutes.names("sandbox", "secret", "host", "decision", "from", "until");

    private final UseLog log;
    private final FeedRoutes feeds;

    UseRoutes(UseLog log, FeedRoutes feeds) {
        this.log = log;
        this.feeds = feeds;
    }

    Route of(Origin origin) {
        return pathPrefix(
                "audit", () -> path("uses", () -> get(() -> extractRequest(request -> uses(origin, request)))));
    }

    private Route uses(Origin origin, HttpRequest request) {
        var query = QueryText.of(request, NAMES);
        var filter = filter(query);
        Feed feed = (after, limit) ->
                log.uses(origin.organization(), filter, after, limit).thenApply(UseJson::chunk);
        return feeds.answer(request, query, feed, UseJson.Page::of);
    }

    private static UseFilter filter(QueryText query) {
        return new UseFilter(
                query.text("sandbox").map(SandboxId::new),
                query.text("secret").map(SecretName::new),
                query.text("host").map(HostPattern::parse),
                query.text("decision").map(Ruling::parse),
                query.text("from").map(text -> Moment.time("from", text)),
                query.text("until").map(text -> Moment.time("until", text)));
    }
}
