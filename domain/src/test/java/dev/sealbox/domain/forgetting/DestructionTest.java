package dev.sealbox.domain.forgetting;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.forgetting.Destruction.Version;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.Recorded;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.sealing.Encrypted;
import dev.sealbox.domain.sealing.KeyId;
import dev.sealbox.domain.store.StoreEvent;
import dev.sealbox.domain.store.StoreEvent.KeysShredded;
import dev.sealbox.domain.store.StoreEvent.SecretDeleted;
import dev.sealbox.domain.store.StoreEvent.SecretSet;
import dev.sealbox.domain.store.StoreEvent.StoreCreated;
import dev.sealbox.domain.store.StoreEvent.StoreDeleted;
import dev.sealbox.domain.store.StoreEvent.VersionsRetired;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class DestructionTest {
    private static final SecretName A = new SecretName("A");
    private static final SecretName B = new SecretName("B");
    private static final OrganizationId OWNER = new OrganizationId("owner");
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final List<Recorded<StoreEvent>> history = new ArrayList<>();

    DestructionTest() {
        happened(new StoreCreated(new StoreName("creds"), List.of()));
    }

    /** One event a second, each by another key. */
    private void happened(StoreEvent event) {
        var count = history.size();
        history.add(new Recorded<>(
                event, new Origin(OWNER, "key-" + count, "", "request-" + count), START.plusSeconds(count)));
    }

    private static KeyId key(int number) {
        return new KeyId(new UUID(0, number));
    }

    private void set(SecretName name, int version, int key) {
        happened(new SecretSet(name, UUID.randomUUID(), version, new Encrypted(key(key), "AAAA"), List.of()));
    }

    @Test
    void namesEveryVersionThatWasRetiredOrDeletedWithWhoAndWhen() {
        set(A, 1, 1);
        set(A, 2, 2);
        happened(new VersionsRetired(A, 1));
        set(B, 1, 3);
        happened(new SecretDeleted(A));
        happened(new KeysShredded(Set.of(key(1), key(2))));

        var all = Destruction.of(history);

        assertThat(all.versions()).extracting(Version::key).containsExactly(key(1), key(2));
        assertThat(all.versions()).extracting(Version::version).containsExactly(1, 2);
        assertThat(all.versions())
                .extracting(version -> version.condemned().by().keyId())
                .containsExactly("key-3", "key-5");
        assertThat(all.isComplete()).isTrue();
        assertThat(all.finished()).contains(START.plusSeconds(6));
        assertThat(all.deleted()).isEmpty();
        assertThat(all.of(B).versions()).isEmpty();
        assertThat(all.of(A)).isEqualTo(all);
    }

    @Test
    void namesWhatOneEventDestroyedInOrder() {
        for (var version = 1; version <= 9; version++) {
            set(A, version, version * 7919 % 100);
        }
        happened(new SecretDeleted(A));

        assertThat(Destruction.of(history).versions())
                .extracting(Version::version)
                .isSorted()
                .hasSize(9);
    }

    @Test
    void isNotCompleteWhileADataKeyIsOnlyCondemned() {
        set(A, 1, 1);
        set(A, 2, 2);
        happened(new VersionsRetired(A, 1));
        happened(new KeysShredded(Set.of(key(1))));
        happened(new StoreDeleted());

        var all = Destruction.of(history);

        assertThat(all.isComplete()).isFalse();
        assertThat(all.keys()).containsExactlyInAnyOrder(key(1), key(2));
        assertThat(all.deleted().orElseThrow().by().requestId()).isEqualTo("request-5");
        assertThat(all.isVisibleTo(OWNER)).isTrue();
        assertThat(all.isVisibleTo(new OrganizationId("other"))).isFalse();
    }

    /** As journals of the time before versions tell of a replaced value. */
    @Test
    void namesAVersionWhoseKeyWasDestroyedWithoutAWordBefore() {
        set(A, 1, 1);
        set(A, 2, 2);
        happened(new KeysShredded(Set.of(key(1), key(9))));

        var all = Destruction.of(history);

        assertThat(all.keys()).containsExactly(key(1));
        assertThat(all.isComplete()).isTrue();
        assertThat(all.finished()).contains(START.plusSeconds(3));
        assertThat(all.versions().getFirst().condemned().by().keyId()).isEqualTo("key-3");
    }

    @Test
    void isNothingWithoutAHistory() {
        assertThat(Destruction.of(List.of()).isVisibleTo(OWNER)).isFalse();
        assertThat(Destruction.of(List.of()).isVisibleTo(new OrganizationId("none")))
                .isFalse();
        assertThat(Destruction.of(history).finished()).isEmpty();
    }
}
