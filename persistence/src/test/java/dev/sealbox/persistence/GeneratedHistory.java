package dev.sealbox.persistence;

import dev.sealbox.domain.Decision;
import dev.sealbox.domain.audit.Subject;
import dev.sealbox.domain.checkpoint.Checkpoint;
import dev.sealbox.domain.checkpoint.CheckpointCommand;
import dev.sealbox.domain.checkpoint.Contents;
import dev.sealbox.domain.egress.Denials;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.egress.Locations;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.Recorded;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.sandbox.Blueprint;
import dev.sealbox.domain.sandbox.CheckpointKind;
import dev.sealbox.domain.sandbox.Limits;
import dev.sealbox.domain.sandbox.Sandbox;
import dev.sealbox.domain.sandbox.SandboxCommand;
import dev.sealbox.domain.sandbox.StoreLayer;
import dev.sealbox.domain.sandbox.StoreLayers;
import dev.sealbox.domain.sandbox.Tokens;
import dev.sealbox.domain.sealing.Encrypted;
import dev.sealbox.domain.sealing.KeyId;
import dev.sealbox.domain.sealing.SealedToken;
import dev.sealbox.domain.store.SecretStore;
import dev.sealbox.domain.store.StoreCommand;
import dev.sealbox.domain.store.StoreView;
import dev.sealbox.domain.store.VersionLimit;
import dev.sealbox.persistence.projection.Fact;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A random history of stores, sandboxes, checkpoints and forks in two organisations, each event decided by the domain.
 * What takes several steps in production takes them here with anything in between. Clocks stand still often and step
 * back sometimes.
 */
final class GeneratedHistory {
    static final List<SecretName> NAMES =
            List.of(new SecretName("ALPHA"), new SecretName("BETA"), new SecretName("GAMMA"), new SecretName("DELTA"));
    static final List<String> HOSTS = List.of("a.test", "b.test", "x.a.test", "c.test");
    static final List<OrganizationId> ORGANIZATIONS = List.of(new OrganizationId("acme"), new OrganizationId("other"));
    static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private static final List<String> PATTERNS = List.of("a.test", "b.test", "*.a.test", "*");
    private static final Limits LIMITS = new Limits(1, 1024, 20480);
    private static final VersionLimit USUAL = new VersionLimit(5);
    private static final int MAX_STORES = 40;
    private static final HostId HOST = new HostId("here");

    final List<Fact> facts = new ArrayList<>();
    private final Random random;
    private final Map<StoreId, SecretStore> stores = new LinkedHashMap<>();
    private final Map<SandboxId, Sandbox> sandboxes = new LinkedHashMap<>();
    private final Map<CheckpointId, Checkpoint> checkpoints = new LinkedHashMap<>();
    private final Map<String, Long> sequences = new HashMap<>();
    private final List<Runnable> laterOn = new ArrayList<>();
    private Instant now = START;

    GeneratedHistory(long seed, int events) {
        this.random = new Random(seed);
        while (facts.size() < events) {
            step();
        }
    }

    Instant end() {
        return now.plusMillis(50);
    }

    private void step() {
        var organization = one(ORGANIZATIONS);
        var origin = new Origin(organization, "key-" + random.nextInt(5), "127.0.0.1", "request-" + facts.size());
        switch (random.nextInt(40)) {
            case 0, 1 -> createStore(origin);
            case 2 -> any(stores).ifPresent(id -> tell(origin, id, new StoreCommand.RenameStore(unused())));
            case 3, 4 -> any(stores).ifPresent(id -> tell(origin, id, new StoreCommand.ChangeAllowlist(patterns())));
            case 5, 6, 7, 8, 9, 10, 11, 12 -> any(stores).ifPresent(id -> tell(origin, id, set()));
            case 13, 14 -> any(stores).ifPresent(id -> tell(origin, id, new StoreCommand.DeleteSecret(one(NAMES))));
            case 15 ->
                any(stores)
                        .filter(id -> random.nextInt(3) == 0)
                        .ifPresent(id -> tell(
                                origin,
                                id,
                                random.nextInt(3) == 0
                                        ? new StoreCommand.RevokeStore()
                                        : new StoreCommand.DeleteStore()));
            case 31, 32 -> any(stores).ifPresent(id -> changeVersions(origin, id));
            case 29, 30 -> any(sandboxes).ifPresent(this::sealNewNames);
            case 16, 17, 18 ->
                start(
                        origin,
                        blueprint(Optional.empty(), List.of(), Map.of()),
                        List.of(),
                        List.of(),
                        Map.of(),
                        request(organization));
            case 19, 20, 21 -> any(sandboxes).ifPresent(id -> take(origin, id));
            case 22, 23, 24, 25 -> any(checkpoints).ifPresent(id -> fork(origin, id));
            case 26, 27 -> any(sandboxes).ifPresent(id -> stop(origin, id));
            case 28 -> any(sandboxes).filter(id -> random.nextInt(4) == 0).ifPresent(id -> lose(id));
            default -> {
                if (!laterOn.isEmpty()) {
                    laterOn.remove(random.nextInt(laterOn.size())).run();
                }
            }
        }
    }

    private void createStore(Origin origin) {
        var present = stores.values().stream()
                .filter(store -> store.stage() == SecretStore.Stage.PRESENT)
                .count();
        if (present > MAX_STORES) {
            return;
        }
        var id = new StoreId(new UUID(random.nextLong(), random.nextLong()));
        tell(origin, id, new StoreCommand.CreateStore(unused(), patterns(), Denials.NONE, List.of()));
    }

    private StoreCommand set() {
        var key = new KeyId(new UUID(random.nextLong(), random.nextLong()));
        return new StoreCommand.SetSecret(
                one(NAMES), new Encrypted(key, "AAAA"), patterns(), key.value(), Optional.empty(), USUAL);
    }

    /** Something about a secret that mostly exists, and a version of it that mostly does. */
    private void changeVersions(Origin origin, StoreId id) {
        var name = one(NAMES);
        var newest = stores.getOrDefault(id, SecretStore.ABSENT).versions().getOrDefault(name, 1);
        var version = Math.max(1, newest - random.nextInt(3));
        var sealed = new Encrypted(new KeyId(new UUID(random.nextLong(), random.nextLong())), "AAAA");
        var on = random.nextInt(4) > 0;
        tell(
                origin,
                id,
                switch (random.nextInt(9)) {
                    case 0 -> new StoreCommand.RollBackSecret(name, version, sealed, Optional.empty(), USUAL);
                    case 1, 2 -> new StoreCommand.ChangeSecretHosts(name, patterns(), Optional.empty());
                    case 3 -> new StoreCommand.SwitchSecret(name, on);
                    case 4 ->
                        new StoreCommand.ChangeSecretLocations(name, on ? Locations.ALL : Locations.parse("headers"));
                    case 5 -> new StoreCommand.DestroyVersion(name, version);
                    case 6 -> new StoreCommand.LimitVersions(new VersionLimit(1 + random.nextInt(4)));
                    case 7 -> new StoreCommand.ChangeDenials(Optional.of(patterns()), Optional.empty());
                    default -> new StoreCommand.SwitchVersion(name, version, on);
                });
    }

    /** Names are reused after some time, as people do with names of stores that they deleted. */
    private StoreName unused() {
        var taken = stores.values().stream()
                .filter(store -> store.stage() == SecretStore.Stage.PRESENT)
                .map(SecretStore::name)
                .toList();
        return Stream.generate(() -> new StoreName("store-" + random.nextInt(100)))
                .filter(name -> !taken.contains(name))
                .findFirst()
                .orElseThrow();
    }

    private Optional<StoreView> find(OrganizationId organization, StoreName name) {
        return stores.entrySet().stream()
                .filter(store -> store.getValue().isVisibleTo(organization)
                        && store.getValue().name().equals(name))
                .map(store -> store.getValue().view(store.getKey()))
                .findFirst();
    }

    private Optional<StoreName> request(OrganizationId organization) {
        var mine = stores.values().stream()
                .filter(store -> store.isVisibleTo(organization))
                .map(SecretStore::name)
                .toList();
        return mine.isEmpty() || random.nextInt(5) == 0 ? Optional.empty() : Optional.of(one(mine));
    }

    private Blueprint blueprint(
            Optional<CheckpointId> origin, List<CheckpointId> files, Map<String, String> inherited) {
        var envs = new HashMap<>(inherited);
        NAMES.stream().filter(name -> random.nextInt(5) == 0).forEach(name -> envs.put(name.value(), "plain"));
        return new Blueprint("base", origin, files, LIMITS, 0, envs, Map.of());
    }

    private void start(
            Origin origin,
            Blueprint blueprint,
            List<StoreName> inherited,
            List<HostPattern> remembered,
            Map<SealedToken, SecretName> tokens,
            Optional<StoreName> requested) {
        if (Stream.concat(inherited.stream(), requested.stream()).distinct().count() > StoreLayers.MAX) {
            return;
        }
        var names = StoreLayers.names(inherited, requested);
        var views = names.stream()
                .flatMap(name -> find(origin.organization(), name).stream())
                .toList();
        var lost = views.size() < names.size();
        var id = SandboxId.random(random);
        var create = new SandboxCommand.CreateSandbox(
                blueprint,
                views.stream()
                        .map(view -> new StoreLayer(view.id(), view.name()))
                        .toList(),
                lost,
                StoreLayers.allowlist(views, lost, remembered),
                Tokens.draw(StoreLayers.grants(views).keySet(), blueprint.envs().keySet(), tokens, random));
        tell(origin, id, create);
        laterOn.add(() -> {
            tell(system(id), id, new SandboxCommand.PlaceSandbox(HOST));
            views.forEach(view -> tell(system(id), view.id(), new StoreCommand.BindSandbox(id)));
            laterOn.add(() -> tell(system(id), id, new SandboxCommand.ConfirmStarted(false)));
        });
    }

    /** Names that the stores have by now get tokens in a running sandbox. */
    private void sealNewNames(SandboxId id) {
        var sandbox = sandbox(id);
        var views = sandbox.stack().stores().stream()
                .map(layer ->
                        stores.getOrDefault(layer.store(), SecretStore.ABSENT).view(layer.store()))
                .toList();
        var drawn = sandbox.tokens()
                .drawMissing(
                        StoreLayers.grants(views).keySet(),
                        sandbox.blueprint().envs().keySet(),
                        random);
        tell(system(id), id, new SandboxCommand.SealNames(drawn));
    }

    private void take(Origin origin, SandboxId source) {
        var sandbox = sandbox(source);
        if (sandbox.stage() != Sandbox.Stage.RUNNING || !sandbox.isVisibleTo(origin.organization())) {
            return;
        }
        var id = new CheckpointId(new UUID(random.nextLong(), random.nextLong()));
        var names = sandbox.stack().stores().stream()
                .map(layer ->
                        stores.getOrDefault(layer.store(), SecretStore.ABSENT).name())
                .toList();
        var contents = new Contents(
                sandbox.blueprint(),
                HOST,
                names,
                sandbox.stack().remembered(),
                sandbox.tokens().all());
        tell(
                origin,
                id,
                new CheckpointCommand.RequestCheckpoint(
                        source, "checkpoint-" + facts.size(), CheckpointKind.DISK_ONLY, contents));
        laterOn.add(() -> tell(system(source), id, new CheckpointCommand.ConfirmReady(1, false)));
    }

    private void fork(Origin origin, CheckpointId id) {
        var checkpoint = checkpoints.getOrDefault(id, Checkpoint.ABSENT);
        if (checkpoint.stage() != Checkpoint.Stage.READY || !checkpoint.isVisibleTo(origin.organization())) {
            return;
        }
        var contents = checkpoint.facts().orElseThrow().contents();
        var plan = contents.blueprint();
        var files = Stream.concat(Stream.of(id), plan.fileLayers().stream()).toList();
        start(
                origin,
                blueprint(Optional.of(id), files, plan.envs()),
                contents.stores(),
                contents.remembered(),
                contents.tokens(),
                request(origin.organization()));
    }

    private void stop(Origin origin, SandboxId id) {
        tell(origin, id, new SandboxCommand.StopSandbox());
        laterOn.add(() -> {
            if (sandbox(id).stage() == Sandbox.Stage.STOPPING) {
                unbind(id);
                tell(system(id), id, new SandboxCommand.ConfirmStopped());
            }
        });
    }

    private void lose(SandboxId id) {
        tell(system(id), id, new SandboxCommand.ReportLost("gone"));
        if (sandbox(id).stage() == Sandbox.Stage.LOST) {
            laterOn.add(() -> unbind(id));
        }
    }

    private void unbind(SandboxId id) {
        sandbox(id)
                .stack()
                .stores()
                .forEach(layer -> tell(system(id), layer.store(), new StoreCommand.UnbindSandbox(id)));
    }

    private Sandbox sandbox(SandboxId id) {
        return sandboxes.getOrDefault(id, Sandbox.ABSENT);
    }

    private Origin system(SandboxId id) {
        return Origin.system(sandbox(id).organization());
    }

    private void tell(Origin origin, StoreId id, StoreCommand command) {
        var store = stores.getOrDefault(id, SecretStore.ABSENT);
        for (var event : accepted(store.decide(origin, command))) {
            var recorded = record(new Subject.OfStore(id), event, origin);
            store = store.apply(recorded);
            stores.put(id, store);
        }
    }

    private void tell(Origin origin, SandboxId id, SandboxCommand command) {
        var sandbox = sandboxes.getOrDefault(id, Sandbox.ABSENT);
        for (var event : accepted(sandbox.decide(origin, command))) {
            var recorded = record(new Subject.OfSandbox(id), event, origin);
            sandbox = sandbox.apply(recorded);
            sandboxes.put(id, sandbox);
        }
    }

    private void tell(Origin origin, CheckpointId id, CheckpointCommand command) {
        var checkpoint = checkpoints.getOrDefault(id, Checkpoint.ABSENT);
        for (var event : accepted(checkpoint.decide(origin, command))) {
            var recorded = record(new Subject.OfCheckpoint(id), event, origin);
            checkpoint = checkpoint.apply(recorded);
            checkpoints.put(id, checkpoint);
        }
    }

    private static <E> List<E> accepted(Decision<E, ?> decision) {
        return decision instanceof Decision.Accepted<E, ?>(var events) ? events : List.of();
    }

    private <E> Recorded<E> record(Subject subject, E event, Origin origin) {
        if (random.nextInt(3) == 0) {
            now = now.plusMillis(random.nextInt(8));
        }
        var behind = random.nextInt(20) == 0 ? random.nextInt(6) : 0;
        var recorded = new Recorded<>(event, origin, now.minusMillis(behind));
        var entity = subject.type() + "|" + subject.id();
        facts.add(new Fact(facts.size() + 1, entity, sequences.merge(entity, 1L, Long::sum), recorded));
        return recorded;
    }

    private List<HostPattern> patterns() {
        return PATTERNS.stream()
                .filter(pattern -> random.nextInt(4) == 0)
                .map(HostPattern::parse)
                .toList();
    }

    private <T> T one(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    /** Mostly a recent one, so that things go on happening to the same. */
    private <K> Optional<K> any(Map<K, ?> map) {
        if (map.isEmpty()) {
            return Optional.empty();
        }
        var keys = List.copyOf(map.keySet());
        var back = Math.min(keys.size(), random.nextInt(4) == 0 ? keys.size() : 25);
        return Optional.of(keys.get(keys.size() - 1 - random.nextInt(back)));
    }
}
