package dev.sealbox.persistence.service;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.checkpoint.Explanation;
import dev.sealbox.domain.checkpoint.Explanation.Standing;
import dev.sealbox.domain.egress.Grant;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.sandbox.StoreLayer;
import dev.sealbox.domain.store.Secret;
import dev.sealbox.domain.store.SecretStore;
import dev.sealbox.persistence.entity.Entities;
import dev.sealbox.persistence.entity.StoreMessage;
import dev.sealbox.persistence.entity.StoreReply;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;

/** Why each secret of a sandbox is what it is: from its stores as they are, and from the policy that is enforced. */
final class Explaining {
    private final Entities entities;
    private final Layering layering;
    private final ServiceSettings settings;

    Explaining(Entities entities, ServiceSettings settings) {
        this.entities = entities;
        this.layering = new Layering(entities, settings);
        this.settings = settings;
    }

    CompletionStage<Outcome<List<Explanation>>> of(Origin origin, SandboxId sandbox) {
        return layering.of(origin, sandbox)
                .thenCompose(known ->
                        known.then(now -> Futures.each(now.sandbox().stack().stores(), this::store)
                                .thenApply(stores -> Outcome.done(explanations(now, stores)))));
    }

    private CompletionStage<SecretStore> store(StoreLayer layer) {
        return entities.store(layer.store(), settings.askTimeout(), StoreMessage.Read::new)
                .thenApply(reply ->
                        reply instanceof StoreReply.Done(var store, var refreshed) ? store : SecretStore.ABSENT);
    }

    private static List<Explanation> explanations(Layering.Now now, List<SecretStore> stores) {
        var all = new TreeMap<SecretName, Explanation>(java.util.Comparator.comparing(SecretName::value));
        for (var layer = 0; layer < stores.size(); layer++) {
            var place = layer;
            stores.get(layer).secrets().forEach((name, secret) -> all.put(name, offered(now, place, name, secret)));
        }
        now.policy().grants().forEach((name, grant) -> {
            var known = all.get(name);
            if (known == null || !known.store().store().equals(grant.store())) {
                all.put(name, kept(now, name, grant));
            }
        });
        return List.copyOf(all.values());
    }

    private static Explanation offered(Layering.Now now, int layer, SecretName name, Secret secret) {
        return new Explanation(
                name,
                layer,
                now.sandbox().stack().stores().get(layer),
                standing(now, Optional.ofNullable(now.policy().grants().get(name))),
                secret.version(),
                secret.hosts(),
                own(now, name),
                inherited(now, name),
                Optional.of(secret.current()));
    }

    /** What a store that is gone offered last. */
    private static Explanation kept(Layering.Now now, SecretName name, Grant grant) {
        var layers = now.sandbox().stack().stores();
        var layer = layers.stream().map(StoreLayer::store).toList().indexOf(grant.store());
        return new Explanation(
                name,
                layer,
                layers.get(layer),
                standing(now, Optional.of(grant)),
                grant.version(),
                grant.hosts(),
                own(now, name),
                inherited(now, name),
                Optional.empty());
    }

    private static Standing standing(Layering.Now now, Optional<Grant> grant) {
        if (now.sandbox().branch().revoked()) {
            return Standing.REVOKED;
        }
        return grant.map(found -> found.orphaned() ? Standing.ORPHANED : Standing.GRANTED)
                .orElse(Standing.UNUSABLE);
    }

    private static int own(Layering.Now now, SecretName name) {
        if (!now.policy().grants().containsKey(name)) {
            return 0;
        }
        return Optional.ofNullable(now.sandbox().tokens().own().get(name))
                        .filter(now.policy().tokens()::containsKey)
                        .isPresent()
                ? 1
                : 0;
    }

    private static int inherited(Layering.Now now, SecretName name) {
        if (!now.policy().grants().containsKey(name)) {
            return 0;
        }
        return (int) now.sandbox().tokens().inherited().entrySet().stream()
                .filter(entry -> entry.getValue().equals(name))
                .map(Map.Entry::getKey)
                .filter(now.policy().tokens()::containsKey)
                .count();
    }
}
