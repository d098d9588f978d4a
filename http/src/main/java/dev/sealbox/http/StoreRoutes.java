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
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.sealing.Plaintext;
import dev.sealbox.domain.store.SecretStores;
import java.util.List;

/**
 * {@code /api/secret-stores}: POST, GET; {@code /{store}}: GET, PUT, DELETE; {@code /{store}/secrets}: GET;
 * {@code /{store}/secrets/{name}}: PUT a sealed secret, DELETE it.
 */
final class StoreRoutes {
    private final SecretStores stores;
    private final Bodies bodies;
    private final Answers answers;

    StoreRoutes(SecretStores stores, Bodies bodies, Answers answers) {
        this.stores = stores;
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
                        path(
                                segment().slash("secrets").slash(segment()),
                                (store, name) -> secret(origin, store, name))));
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
                put(() -> set(origin, StoreId.parse(store), new SecretName(name))),
                delete(() -> Reach.deleted(
                        name,
                        told -> answers.outcome(
                                stores.deleteSecret(origin, StoreId.parse(store), new SecretName(name)), told))));
    }

    private Route create(Origin origin) {
        return bodies.json(body -> answers.outcome(
                stores.create(
                        origin,
                        new StoreName(body.text("name")),
                        body.optionalTexts("egressAllowlist")
                                .map(HostPattern::parseAll)
                                .orElse(List.of())),
                created -> Answers.created(StoreJson.Store.of(created))));
    }

    private Route list(Origin origin) {
        return answers.always(
                stores.list(origin),
                found -> Answers.ok(found.stream().map(StoreJson.Store::of).toList()));
    }

    private Route update(Origin origin, StoreId store) {
        return bodies.json(body -> answers.outcome(
                stores.update(
                        origin,
                        store,
                        body.optionalText("name").map(StoreName::new),
                        body.optionalTexts("egressAllowlist").map(HostPattern::parseAll)),
                updated -> Reach.told(Answers.ok(StoreJson.Store.of(updated.store())), updated.refreshed())));
    }

    private Route secrets(Origin origin, StoreId store) {
        return answers.outcome(
                stores.secrets(origin, store),
                found -> Answers.ok(found.stream().map(StoreJson.Entry::of).toList()));
    }

    private Route set(Origin origin, StoreId store, SecretName name) {
        return bodies.json(body -> {
            var hosts = body.optionalTexts("allowedHosts")
                    .map(HostPattern::parseAll)
                    .orElse(List.of());
            var value = Plaintext.of(body.text("value"));
            return answers.outcome(
                    Answers.asking(() -> stores.set(origin, store, name, value, hosts))
                            .whenComplete((done, failure) -> value.close()),
                    refreshed -> Reach.told(Answers.ok(StoreJson.SetResult.of(name, refreshed)), refreshed));
        });
    }
}
