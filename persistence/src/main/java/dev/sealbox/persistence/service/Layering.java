package dev.sealbox.persistence.service;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.egress.EgressPolicy;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.sandbox.AllowedHosts;
import dev.sealbox.domain.sandbox.Sandbox;
import dev.sealbox.domain.sandbox.StoreLayer;
import dev.sealbox.domain.sealing.SealedToken;
import dev.sealbox.domain.store.SecretStore;
import dev.sealbox.persistence.entity.Entities;
import dev.sealbox.persistence.entity.SandboxMessage;
import dev.sealbox.persistence.entity.SandboxReply;
import dev.sealbox.persistence.entity.StoreMessage;
import dev.sealbox.persistence.entity.StoreReply;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;

/** What a sandbox's layers are now: its policy, and the names that its stores have by now. */
final class Layering {
    private final Entities entities;
    private final RunningSandboxes sandboxes;
    private final ServiceSettings settings;

    Layering(Entities entities, ServiceSettings settings) {
        this.entities = entities;
        this.sandboxes = new RunningSandboxes(entities, settings);
        this.settings = settings;
    }

    /** A sandbox, what may leave it, and its stores from first to last. */
    record Now(Sandbox sandbox, EgressPolicy policy, List<StoreName> stores) {

        AllowedHosts allowedHosts() {
            var perSecret = new TreeMap<SecretName, List<HostPattern>>();
            policy.grants().forEach((name, grant) -> {
                if (!grant.hosts().isEmpty()) {
                    perSecret.put(name, grant.hosts());
                }
            });
            return new AllowedHosts(stores, policy.allowlist(), policy.denials().hosts(), perSecret, policy.tcp());
        }

        /** The list that must go on restricting forks when every store of this sandbox is gone. */
        List<HostPattern> remembered() {
            return policy.allowlist().isEmpty() ? sandbox.stack().remembered() : policy.allowlist();
        }

        Map<SealedToken, SecretName> tokens() {
            return sandbox.tokens().all();
        }
    }

    CompletionStage<Outcome<Now>> of(Origin origin, SandboxId id) {
        return sandboxes
                .read(origin.organization(), id)
                .thenCompose(visible -> visible.then(sandbox -> entities.sandbox(
                                id, settings.askTimeout(), SandboxMessage.ReadPolicy::new)
                        .thenCompose(reply -> switch (reply) {
                            case SandboxReply.Policed(var known, var policy) ->
                                names(known).thenApply(names -> Outcome.done(new Now(known, policy, names)));
                            case SandboxReply.Refused(var reason) -> Futures.now(Outcome.refused(reason));
                            default -> throw new IllegalStateException("a policy was asked for");
                        })));
    }

    private CompletionStage<List<StoreName>> names(Sandbox sandbox) {
        return Futures.each(sandbox.stack().stores(), this::name);
    }

    /** A store that is gone keeps the name that it had. */
    private CompletionStage<StoreName> name(StoreLayer layer) {
        return entities.store(layer.store(), settings.askTimeout(), StoreMessage.Read::new)
                .thenApply(reply -> reply instanceof StoreReply.Done(var store, var refreshed)
                                && store.stage() != SecretStore.Stage.ABSENT
                        ? store.name()
                        : layer.name());
    }
}
