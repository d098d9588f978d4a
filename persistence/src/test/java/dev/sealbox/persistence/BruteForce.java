package dev.sealbox.persistence;

import dev.sealbox.domain.audit.AuditAnswers.Question;
import dev.sealbox.domain.audit.Finding;
import dev.sealbox.domain.audit.Scope;
import dev.sealbox.domain.checkpoint.CheckpointEvent.CheckpointRequested;
import dev.sealbox.domain.egress.Grant;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.identity.Recorded;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.sandbox.Sandbox;
import dev.sealbox.domain.sandbox.SandboxEvent;
import dev.sealbox.domain.sandbox.SandboxEvent.SandboxStarted;
import dev.sealbox.domain.sandbox.StoreLayer;
import dev.sealbox.domain.sandbox.StoreLayers;
import dev.sealbox.domain.store.Offer;
import dev.sealbox.domain.store.SecretStore;
import dev.sealbox.domain.store.StoreEvent;
import dev.sealbox.domain.store.StoreView;
import dev.sealbox.persistence.projection.Fact;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Who could, by folding whole histories with {@code apply} and asking each sandbox's policy: no index. */
final class BruteForce {
    private static final StoreId ANY = new StoreId(new UUID(0, 0));

    private final Map<String, List<Fact>> histories = new LinkedHashMap<>();
    private final Map<String, String> sources = new HashMap<>();

    BruteForce(List<Fact> facts) {
        for (var fact : facts) {
            histories
                    .computeIfAbsent(fact.entity(), entity -> new ArrayList<>())
                    .add(fact);
            if (fact.recorded().event() instanceof CheckpointRequested requested) {
                sources.put(id(fact.entity()), requested.name() + "@" + requested.source());
            }
        }
    }

    /** An answer in one line, so that two ways to it can be compared. */
    static String line(Finding finding) {
        var it = finding.sandbox();
        var lineage = it.lineage().stream()
                .map(each -> each.name().orElse("?") + "@" + each.sandbox().orElseThrow())
                .toList();
        return String.join(
                " ",
                it.sandbox().value(),
                it.organization().value(),
                it.life().createdAt() + "/" + it.life().createdBy() + "/"
                        + it.life().startedAt(),
                it.life().stopping() ? "stopping" : "running",
                finding.layer().layer().store() + "." + finding.given().version() + "#"
                        + finding.given().sequence(),
                finding.given().hosts().toString(),
                finding.allowlist().toString(),
                finding.kept() ? "kept" : "present",
                it.token().orElseThrow().name(),
                lineage.toString());
    }

    /** A store as far as the moment reaches, and which of its events made each secret what it is. */
    private record StoreThen(SecretStore now, Map<SecretName, Long> changedBy) {
        private boolean isDeleted() {
            return now.stage() == SecretStore.Stage.DELETED;
        }
    }

    /** A sandbox as far as the moment reaches. */
    private record SandboxThen(Sandbox now, Optional<Instant> started, boolean ended, String createdBy) {}

    Set<String> answer(Scope scope, Question question) {
        var stores = new HashMap<StoreId, StoreThen>();
        var sandboxes = new LinkedHashMap<SandboxId, SandboxThen>();
        histories.forEach((entity, facts) -> {
            if (entity.startsWith("secret-store|")) {
                stores.put(StoreId.parse(id(entity)), store(facts, question.at()));
            } else if (entity.startsWith("sandbox|")) {
                sandboxes.put(new SandboxId(id(entity)), sandbox(facts, question.at()));
            }
        });
        var found = new TreeSet<String>();
        sandboxes.forEach((id, then) -> {
            if (then.started().isPresent()
                    && !then.ended()
                    && scope.covers(then.now().organization())) {
                judge(id, then, stores, question).ifPresent(found::add);
            }
        });
        return found;
    }

    private Optional<String> judge(SandboxId id, SandboxThen then, Map<StoreId, StoreThen> stores, Question question) {
        var sandbox = then.now();
        var layers = sandbox.stack().stores();
        var views =
                layers.stream().flatMap(layer -> view(layer, stores).stream()).toList();
        var lost = sandbox.stack().lost() || views.size() < layers.size();
        var policy = StoreLayers.policy(
                id,
                sandbox.organization(),
                0,
                views,
                StoreLayers.allowlist(views, lost, sandbox.stack().remembered()),
                sandbox.tokens().all());
        return Optional.ofNullable(policy.grants().get(question.name()))
                .filter(grant -> policy.mayUse(question.name(), question.host())
                        && policy.tokens().containsValue(question.name()))
                .map(grant -> line(
                        id, then, grant, policy.allowlist(), Optional.ofNullable(stores.get(grant.store())), question));
    }

    private String line(
            SandboxId id,
            SandboxThen then,
            Grant grant,
            List<HostPattern> allowlist,
            Optional<StoreThen> from,
            Question question) {
        var sandbox = then.now();
        var store = from.orElseThrow();
        var own = sandbox.tokens().own().containsKey(question.name());
        return String.join(
                " ",
                id.value(),
                sandbox.organization().value(),
                sandbox.startedAt() + "/" + then.createdBy() + "/"
                        + then.started().orElseThrow(),
                sandbox.stage() == Sandbox.Stage.STOPPING ? "stopping" : "running",
                grant.store() + "." + grant.version() + "#" + store.changedBy().get(question.name()),
                grant.hosts().toString(),
                allowlist.toString(),
                store.isDeleted() ? "kept" : "present",
                own ? "OWN" : "INHERITED",
                sandbox.blueprint().fileLayers().stream()
                        .map(checkpoint -> sources.get(checkpoint.toString()))
                        .toList()
                        .toString());
    }

    private static Optional<StoreView> view(StoreLayer layer, Map<StoreId, StoreThen> stores) {
        var store = stores.get(layer.store());
        if (store == null || store.now().stage() == SecretStore.Stage.ABSENT) {
            return Optional.empty();
        }
        return Optional.of(store.now().view(layer.store()));
    }

    private static StoreThen store(List<Fact> facts, Instant until) {
        var now = SecretStore.ABSENT;
        var changedBy = new HashMap<SecretName, Long>();
        for (var fact : reached(facts, until)) {
            var after = now.apply(recorded(fact, StoreEvent.class));
            var offers = after.view(ANY).secrets();
            var before = now.view(ANY).secrets();
            for (var name : GeneratedHistory.NAMES) {
                var offer = offers.get(name);
                if (offer != null && !isSame(offer, before.get(name))) {
                    changedBy.put(name, fact.sequence());
                }
            }
            now = after;
        }
        return new StoreThen(now, changedBy);
    }

    /** In which parts of requests a secret may be revealed is not asked. */
    private static boolean isSame(Offer offer, @Nullable Offer before) {
        return before != null
                && offer.equals(new Offer(before.version(), before.value(), before.hosts(), offer.locations()));
    }

    private static SandboxThen sandbox(List<Fact> facts, Instant until) {
        var now = Sandbox.ABSENT;
        var started = Optional.<Instant>empty();
        var ended = false;
        var createdBy = "";
        var clock = Instant.EPOCH;
        for (var fact : reached(facts, until)) {
            clock = fact.recorded().at().isAfter(clock) ? fact.recorded().at() : clock;
            if (fact.sequence() == 1) {
                createdBy = fact.recorded().origin().keyId();
            }
            if (fact.recorded().event() instanceof SandboxStarted) {
                started = Optional.of(clock);
            }
            now = now.apply(recorded(fact, SandboxEvent.class));
            ended |= now.stage() == Sandbox.Stage.LOST || now.stage() == Sandbox.Stage.STOPPED;
        }
        return new SandboxThen(now, started, ended, createdBy);
    }

    /** The events before the first that lies after the moment: later ones follow it, whatever their clocks said. */
    private static List<Fact> reached(List<Fact> facts, Instant until) {
        return facts.stream()
                .takeWhile(fact -> !fact.recorded().at().isAfter(until))
                .toList();
    }

    private static <E> Recorded<E> recorded(Fact fact, Class<E> kind) {
        var recorded = fact.recorded();
        return new Recorded<>(kind.cast(recorded.event()), recorded.origin(), recorded.at());
    }

    private static String id(String entity) {
        return entity.substring(entity.indexOf('|') + 1);
    }
}
