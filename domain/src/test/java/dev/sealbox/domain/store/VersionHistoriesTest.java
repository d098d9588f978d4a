package dev.sealbox.domain.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.Decision.Accepted;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.Recorded;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.sealing.Encrypted;
import dev.sealbox.domain.sealing.KeyId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Random histories of a store. The seed is the test's name. */
class VersionHistoriesTest {
    private static final Origin OWNER = Origin.system(new OrganizationId("owner"));
    private static final Instant AT = Instant.parse("2026-11-23T12:00:00Z");
    private static final int STEPS = 150;

    private final Set<KeyId> used = new HashSet<>();
    private final Set<KeyId> shredded = new HashSet<>();
    private final List<KeyId> condemned = new ArrayList<>();
    private final Map<SecretName, Integer> last = new HashMap<>();

    static IntStream seeds() {
        return IntStream.range(0, 200);
    }

    /**
     * Whatever happens: no secret has more versions than the limit; each key ever used is in one place, kept, condemned
     * or shredded, and is condemned once; a version is never used twice; what expects another version than the current
     * one changes nothing.
     */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void keepWhatTheyShouldAndForgetTheRest(int seed) {
        var random = new Random(seed);
        var usual = new VersionLimit(1 + random.nextInt(5));
        var store = SecretStore.ABSENT.apply(
                new Recorded<>(new StoreEvent.StoreCreated(new StoreName("creds"), List.of()), OWNER, AT));
        for (var step = 1; step <= STEPS; step++) {
            store = asked(store, command(random, store, step, usual));
            holds(store, usual);
        }
    }

    private SecretStore asked(SecretStore before, StoreCommand command) {
        var store = before;
        if (before.decide(OWNER, command) instanceof Accepted<StoreEvent, ?>(var events)) {
            cas(command)
                    .ifPresent(
                            expected -> assertThat(expected.getValue()).isEqualTo(current(expected.getKey(), before)));
            for (var event : events) {
                store = applied(store, event);
            }
        }
        return store;
    }

    private static int current(SecretName name, SecretStore store) {
        return Optional.ofNullable(store.secrets().get(name))
                .map(Secret::version)
                .orElse(0);
    }

    private static Optional<Map.Entry<SecretName, Integer>> cas(StoreCommand command) {
        return switch (command) {
            case StoreCommand.SetSecret set -> set.cas().map(expected -> Map.entry(set.name(), expected));
            case StoreCommand.RollBackSecret back -> back.cas().map(expected -> Map.entry(back.name(), expected));
            case StoreCommand.ChangeSecretHosts change ->
                change.cas().map(expected -> Map.entry(change.name(), expected));
            default -> Optional.empty();
        };
    }

    private SecretStore applied(SecretStore before, StoreEvent event) {
        made(event).ifPresent(made -> {
            assertThat(used.add(made.value().key())).isTrue();
            assertThat(made.version()).isGreaterThan(last.getOrDefault(made.name(), 0));
            last.put(made.name(), made.version());
        });
        if (event instanceof StoreEvent.KeysShredded(var keys)) {
            shredded.addAll(keys);
        }
        var after = before.apply(new Recorded<>(event, OWNER, AT));
        after.condemned().stream()
                .filter(key -> !before.condemned().contains(key))
                .forEach(condemned::add);
        assertThat(after.revision()).isGreaterThan(before.revision());
        return after;
    }

    private record Made(SecretName name, int version, Encrypted value) {}

    private static Optional<Made> made(StoreEvent event) {
        return switch (event) {
            case StoreEvent.SecretSet set -> Optional.of(new Made(set.name(), set.version(), set.value()));
            case StoreEvent.SecretRolledBack back -> Optional.of(new Made(back.name(), back.version(), back.value()));
            default -> Optional.empty();
        };
    }

    private void holds(SecretStore store, VersionLimit usual) {
        var limit = store.limit().orElse(usual).versions();
        assertThat(store.secrets().values())
                .allSatisfy(secret -> assertThat(secret.versions()).hasSizeBetween(1, limit));
        // A deleted store keeps for running sandboxes what nobody can open any more.
        var kept = store.stage() == SecretStore.Stage.PRESENT
                ? store.secrets().values().stream().flatMap(Secret::keys).toList()
                : List.<KeyId>of();
        assertThat(Stream.of(kept, store.condemned(), shredded).flatMap(Collection::stream))
                .containsExactlyInAnyOrderElementsOf(used);
        assertThat(condemned).doesNotHaveDuplicates();
    }

    private static StoreCommand command(Random random, SecretStore store, int step, VersionLimit usual) {
        var name = new SecretName("S" + random.nextInt(3));
        var version = 1 + random.nextInt(12);
        var value = new Encrypted(new KeyId(new UUID(2, step)), "AAEC");
        Optional<Integer> cas = switch (random.nextInt(4)) {
            case 0 -> Optional.of(current(name, store));
            case 1 -> Optional.of(random.nextInt(12));
            default -> Optional.empty();
        };
        return switch (random.nextInt(16)) {
            case 0 -> new StoreCommand.DeleteSecret(name);
            case 1 -> new StoreCommand.ConfirmShredded(store.condemned());
            case 2 ->
                step > STEPS - 10
                        ? new StoreCommand.DeleteStore()
                        : new StoreCommand.BindSandbox(new SandboxId("sb-0000000000000001"));
            case 3, 4 -> new StoreCommand.RollBackSecret(name, version, value, cas, usual);
            case 5 -> new StoreCommand.SwitchSecret(name, random.nextBoolean());
            case 6 -> new StoreCommand.SwitchVersion(name, version, random.nextBoolean());
            case 7, 8 -> new StoreCommand.DestroyVersion(name, version);
            case 9 -> new StoreCommand.LimitVersions(new VersionLimit(1 + random.nextInt(6)));
            case 10 -> new StoreCommand.ChangeSecretHosts(name, List.of(), cas);
            default -> new StoreCommand.SetSecret(name, value, List.of(), new UUID(3, step), cas, usual);
        };
    }
}
