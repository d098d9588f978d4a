package dev.sealbox.http;

import static akka.http.javadsl.server.Directives.concat;
import static akka.http.javadsl.server.Directives.delete;
import static akka.http.javadsl.server.Directives.get;
import static akka.http.javadsl.server.Directives.path;
import static akka.http.javadsl.server.Directives.pathEnd;
import static akka.http.javadsl.server.Directives.pathPrefix;
import static akka.http.javadsl.server.Directives.post;
import static akka.http.javadsl.server.Directives.put;
import static akka.http.javadsl.server.PathMatchers.segment;

import akka.http.javadsl.server.Route;
import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.egress.Denials;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.egress.TcpTarget;
import dev.sealbox.domain.egress.UnusableTokens;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.store.NewStore;
import dev.sealbox.domain.store.SecretStores;
import dev.sealbox.domain.store.SecretVersions;
import dev.sealbox.domain.store.StoreSummary;
import dev.sealbox.domain.store.StoreUpdated;
import dev.sealbox.domain.store.VersionLimit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * {@code /api/secret-stores}: POST, GET; {@code /{store}}: GET, PUT, DELETE; {@code /{store}/secrets}: GET;
 * {@code /{store}/secrets/{name}}: DELETE, and what {@link SecretRoutes} serves.
 */
final class StoreRoutes {
    private final SecretStores stores;
    private final SecretVersions versions;
    private final SecretRoutes secrets;
    private final Bodies bodies;
    private final Answers answers;

    StoreRoutes(SecretStores stores, SecretVersions versions, Bodies bodies, Answers answers) {
        this.stores = stores;
        this.versions = versions;
        this.secrets = new SecretRoutes(stores, versions, bodies, answers);
        this.bodies = bodies;
        this.answers = answers;
    }

    Route of(Origin origin) {
        return pathPrefix(
                "secret-stores",
                () -> concat(
                        pathEnd(() -> concat(post(() -> create(origin)), get(() -> list(origin)))),
                        path(segment(), store -> store(origin, store)),
                        path(segment().slash("secrets"), store -> get(() -> secrets(origin, StoreId.parse(store)))),
                        path(segment().slash("secrets").slash(segment()), (store, name) -> secret(origin, store, name)),
                        pathPrefix(
                                segment().slash("secrets").slash(segment()),
                                (store, name) -> secrets.below(origin, store, name))));
    }

    private Route store(Origin origin, String store) {
        return concat(
                get(() -> answers.outcome(
                        stores.read(origin, StoreId.parse(store)), found -> Answers.ok(StoreJson.Store.of(found)))),
                put(() -> update(origin, StoreId.parse(store))),
                delete(() -> Reach.revoking(revokes -> end(origin, StoreId.parse(store), revokes))));
    }

    private Route end(Origin origin, StoreId store, boolean revokes) {
        return revokes
                ? Reach.deleted(store.toString(), told -> answers.outcome(stores.revoke(origin, store), told))
                : answers.outcome(stores.delete(origin, store), done -> Answers.noContent());
    }

    private Route secret(Origin origin, String store, String name) {
        return concat(
                secrets.of(origin, store, name),
                delete(() -> Reach.deleted(
                        name,
                        told -> answers.outcome(
                                stores.deleteSecret(origin, StoreId.parse(store), new SecretName(name)), told))));
    }

    private Route create(Origin origin) {
        return bodies.creation(origin, (body, id) -> {
            var name = new StoreName(body.text("name"));
            var allowlist = body.optionalTexts("egressAllowlist")
                    .map(HostPattern::parseAll)
                    .orElse(List.of());
            var denials = new Denials(
                    denylist(body).orElse(List.of()), unusableTokens(body).orElse(UnusableTokens.PASS));
            var tcp = body.optionalTexts("egressTcp").map(TcpTarget::parseAll).orElse(List.of());
            return answers.outcome(
                    stores.create(origin, new StoreId(id), new NewStore(name, allowlist, denials, tcp)),
                    created -> Answers.created(StoreJson.Store.of(created)));
        });
    }

    /** Without a limit all of them, as the contract has it. */
    private Route list(Origin origin) {
        return Paging.asked(asked -> asked.limit().isEmpty()
                ? answers.always(stores.list(origin), found -> Answers.ok(wire(found)))
                : answers.always(
                        stores.page(
                                origin,
                                asked.after().map(StoreName::new),
                                asked.limit().getAsInt()),
                        page -> asked.linked(
                                Answers.ok(wire(page.stores())), page.next().map(StoreName::value))));
    }

    private static List<StoreJson.Store> wire(List<StoreSummary> stores) {
        return stores.stream().map(StoreJson.Store::of).toList();
    }

    private Route update(Origin origin, StoreId store) {
        return bodies.json(body -> {
            var limit = body.optionalInt("maxVersions").map(VersionLimit::new);
            var tcp = body.optionalTexts("egressTcp").map(TcpTarget::parseAll);
            denylist(body);
            unusableTokens(body);
            return answers.outcome(
                    stores.update(
                                    origin,
                                    store,
                                    body.optionalText("name").map(StoreName::new),
                                    body.optionalTexts("egressAllowlist").map(HostPattern::parseAll))
                            .thenCompose(updated -> denied(origin, store, updated, body))
                            .thenCompose(updated -> passed(origin, store, updated, tcp))
                            .thenCompose(updated -> limited(origin, store, updated, limit)),
                    updated -> Reach.told(Answers.ok(StoreJson.Store.of(updated.store())), updated.refreshed()));
        });
    }

    private CompletionStage<Outcome<StoreUpdated>> passed(
            Origin origin, StoreId store, Outcome<StoreUpdated> updated, Optional<List<TcpTarget>> tcp) {
        return tcp.map(wanted -> updated.then(done -> stores.passTcp(origin, store, wanted)
                        .thenApply(passed -> passed.map(then ->
                                new StoreUpdated(then.store(), then.refreshed().and(done.refreshed()))))))
                .orElseGet(() -> CompletableFuture.completedFuture(updated));
    }

    private static Optional<List<HostPattern>> denylist(JsonBody body) {
        return body.optionalTexts("egressDenylist").map(HostPattern::parseAll);
    }

    private static Optional<UnusableTokens> unusableTokens(JsonBody body) {
        return body.optionalText("unusableTokens").map(UnusableTokens::parse);
    }

    private CompletionStage<Outcome<StoreUpdated>> denied(
            Origin origin, StoreId store, Outcome<StoreUpdated> updated, JsonBody body) {
        var hosts = denylist(body);
        var unusable = unusableTokens(body);
        return hosts.isEmpty() && unusable.isEmpty()
                ? CompletableFuture.completedFuture(updated)
                : updated.then(done -> stores.changeDenials(origin, store, hosts, unusable)
                        .thenApply(denied -> denied.map(then ->
                                new StoreUpdated(then.store(), then.refreshed().and(done.refreshed())))));
    }

    private CompletionStage<Outcome<StoreUpdated>> limited(
            Origin origin, StoreId store, Outcome<StoreUpdated> updated, Optional<VersionLimit> limit) {
        return limit.map(wanted -> updated.then(done -> versions.limit(origin, store, wanted)
                        .thenApply(limited -> limited.map(summary -> new StoreUpdated(summary, done.refreshed())))))
                .orElseGet(() -> CompletableFuture.completedFuture(updated));
    }

    private Route secrets(Origin origin, StoreId store) {
        return answers.outcome(
                stores.secrets(origin, store),
                found -> Answers.ok(found.stream().map(StoreJson.Entry::of).toList()));
    }
}
