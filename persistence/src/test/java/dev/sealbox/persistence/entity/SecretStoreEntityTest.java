package dev.sealbox.persistence.entity;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.persistence.testkit.javadsl.EventSourcedBehaviorTestKit;
import dev.sealbox.domain.egress.Denials;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.egress.Locations;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.Recorded;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.sealing.Encrypted;
import dev.sealbox.domain.sealing.KeyId;
import dev.sealbox.domain.store.Offer;
import dev.sealbox.domain.store.Refreshed;
import dev.sealbox.domain.store.SecretStore;
import dev.sealbox.domain.store.StoreCommand;
import dev.sealbox.domain.store.StoreEvent;
import dev.sealbox.domain.store.StoreRefusal;
import dev.sealbox.domain.store.VersionLimit;
import dev.sealbox.persistence.entity.Acknowledged.Answer;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class SecretStoreEntityTest {
    private static final ActorTestKit ACTORS = EntityTests.actors();
    private static final Origin ORIGIN = new Origin(new OrganizationId("default"), "key-1", "127.0.0.1", "request-1");
    private static final SecretName STRIPE = new SecretName("STRIPE");
    private static final SandboxId SANDBOX = new SandboxId("sb-0000000000000001");

    private final QuietNeighbours neighbours = new QuietNeighbours();
    private final ListedVault vault = new ListedVault();
    private final StoreId id = new StoreId(UUID.randomUUID());
    private final EventSourcedBehaviorTestKit<StoreMessage, Recorded<StoreEvent>, SecretStore> store =
            EventSourcedBehaviorTestKit.create(
                    ACTORS.system(),
                    SecretStoreEntity.create(id, neighbours, vault, EntityTests.SETTINGS, EntityTests.CLOCK),
                    EntityTests.serialization());

    @AfterAll
    static void stop() {
        ACTORS.shutdownTestKit();
    }

    private StoreReply told(StoreCommand command) {
        // The reply comes after the neighbours' answers, which the kit does not wait for.
        TestProbe<StoreReply> asker = ACTORS.createTestProbe();
        store.runCommand(new StoreMessage.Execute(ORIGIN, command, asker.getRef()));
        return asker.receiveMessage();
    }

    private static KeyId key(int number) {
        return new KeyId(new UUID(2, number));
    }

    private static StoreCommand set(int number) {
        return set(number, 1);
    }

    private static StoreCommand set(int number, int kept) {
        return new StoreCommand.SetSecret(
                STRIPE,
                new Encrypted(key(number), "AAEC"),
                List.of(),
                new UUID(1, 1),
                Optional.empty(),
                new VersionLimit(kept));
    }

    private void create() {
        told(new StoreCommand.CreateStore(new StoreName("creds"), List.of(), Denials.NONE, List.of()));
    }

    @Test
    void recordsWhoWhenAndWhatAndRemembersItAcrossARestart() {
        TestProbe<StoreReply> asker = ACTORS.createTestProbe();
        var created = store.runCommand(new StoreMessage.Execute(
                ORIGIN,
                new StoreCommand.CreateStore(new StoreName("creds"), List.of(), Denials.NONE, List.of()),
                asker.getRef()));
        assertThat(created.event())
                .isEqualTo(new Recorded<>(
                        new StoreEvent.StoreCreated(new StoreName("creds"), List.of()),
                        ORIGIN,
                        EntityTests.CLOCK.instant()));
        told(set(1));

        store.restart();

        assertThat(store.getState().secrets()).containsOnlyKeys(STRIPE);
    }

    @Test
    void recordsNothingWhenItRefuses() {
        var deleted = store.<StoreReply>runCommand(
                replyTo -> new StoreMessage.Execute(ORIGIN, new StoreCommand.DeleteSecret(STRIPE), replyTo));

        assertThat(deleted.hasNoEvents()).isTrue();
        assertThat(deleted.reply()).isEqualTo(new StoreReply.Refused(new StoreRefusal.NoSuchStore()));
    }

    @Test
    void tellsItsSandboxesBeforeItReplies() {
        create();
        told(new StoreCommand.BindSandbox(SANDBOX));
        assertThat(neighbours.refreshed).isEmpty();

        assertThat(told(set(1)))
                .isInstanceOfSatisfying(
                        StoreReply.Done.class,
                        done -> assertThat(done.refreshed()).isEqualTo(new Refreshed(1, List.of())));
        assertThat(neighbours.refreshed)
                .hasEntrySatisfying(SANDBOX, view -> assertThat(view.secrets()).containsOnlyKeys(STRIPE));

        told(new StoreCommand.ChangeAllowlist(HostPattern.parseAll(List.of("example.com"))));
        assertThat(neighbours.refreshed)
                .hasEntrySatisfying(
                        SANDBOX, view -> assertThat(view.allowlist()).hasSize(1));
    }

    @Test
    void destroysKeysThatAreNoLongerUsed() {
        create();
        told(set(1));
        told(set(2));
        assertThat(vault.destroyed).containsExactly(key(1));
        assertThat(store.getState().condemned()).isEmpty();

        told(new StoreCommand.DeleteStore());
        assertThat(vault.destroyed).containsExactlyInAnyOrder(key(1), key(2));
    }

    @Test
    void leavesItsSandboxesWhatTheyHaveWhenItIsDeletedAndForgetsThemThen() {
        create();
        told(new StoreCommand.BindSandbox(SANDBOX));
        told(set(1));
        told(new StoreCommand.DeleteStore());

        assertThat(neighbours.refreshed)
                .hasEntrySatisfying(SANDBOX, view -> assertThat(view.secrets()).containsOnlyKeys(STRIPE));
        assertThat(vault.destroyed).containsExactly(key(1));
        assertThat(store.getState().bound()).isEmpty();
    }

    @Test
    void takesItsSecretsFromItsSandboxesWhenItIsRevoked() {
        create();
        told(new StoreCommand.BindSandbox(SANDBOX));
        told(set(1));

        assertThat(told(new StoreCommand.RevokeStore()))
                .isInstanceOfSatisfying(
                        StoreReply.Done.class,
                        done -> assertThat(done.refreshed()).isEqualTo(new Refreshed(1, List.of())));
        assertThat(neighbours.refreshed)
                .hasEntrySatisfying(SANDBOX, view -> assertThat(view.secrets()).isEmpty());
        assertThat(vault.destroyed).containsExactly(key(1));
        assertThat(store.getState().bound()).isEmpty();
    }

    @Test
    void goesOnTellingALaggingSandboxOfItsRevocation() {
        create();
        told(new StoreCommand.BindSandbox(SANDBOX));
        told(set(1));
        neighbours.answer = Answer.LATER;
        told(new StoreCommand.RevokeStore());
        assertThat(store.getState().bound()).containsExactly(SANDBOX);

        neighbours.answer = Answer.TAKEN;
        store.restart();

        TestProbe<StoreReply> asker = ACTORS.createTestProbe();
        asker.awaitAssert(() -> {
            assertThat(store.getState().bound()).isEmpty();
            return asker;
        });
    }

    @Test
    void destroysAtRecoveryWhatItCouldNotDestroyBefore() {
        create();
        told(set(1));
        vault.away = true;
        told(set(2));
        assertThat(store.getState().condemned()).containsExactly(key(1));
        assertThat(neighbours.toBeResumed).containsExactly(id);
        vault.away = false;

        store.restart();
        // Whatever is asked next comes after what recovery has set going.
        told(new StoreCommand.ChangeAllowlist(List.of(new HostPattern.Any())));

        assertThat(vault.destroyed).containsExactly(key(1));
        assertThat(store.getState().condemned()).isEmpty();
    }

    @Test
    void isComeBackToWhenItLeavesWhileItTellsItsSandboxes() {
        create();
        told(new StoreCommand.BindSandbox(SANDBOX));
        neighbours.heldBack = true;
        var again =
                ACTORS.spawn(SecretStoreEntity.create(id, neighbours, vault, EntityTests.SETTINGS, EntityTests.CLOCK));
        TestProbe<StoreReply> asker = ACTORS.createTestProbe();
        asker.awaitAssert(() -> assertThat(neighbours.refreshed).containsKey(SANDBOX));

        again.tell(new StoreMessage.Stop());

        asker.expectTerminated(again);
        assertThat(neighbours.toBeResumed).containsExactly(id);
    }

    @Test
    void forgetsASandboxThatIsNotBoundAndAsksALaggingOneAgain() {
        create();
        told(new StoreCommand.BindSandbox(SANDBOX));
        neighbours.answer = Answer.LATER;
        assertThat(told(set(1)))
                .isInstanceOfSatisfying(
                        StoreReply.Done.class,
                        done -> assertThat(done.refreshed()).isEqualTo(new Refreshed(0, List.of(SANDBOX))));
        assertThat(neighbours.toBeResumed).containsExactly(id);

        neighbours.answer = Answer.NOT_MINE;
        told(set(2));
        assertThat(store.getState().bound()).isEmpty();
    }

    @Test
    void keepsVersionsAndTellsSandboxesOnlyOfTheCurrentOne() {
        create();
        told(new StoreCommand.BindSandbox(SANDBOX));
        told(set(1, 10));
        told(set(2, 10));
        assertThat(vault.destroyed).isEmpty();
        neighbours.refreshed.clear();

        told(new StoreCommand.SwitchVersion(STRIPE, 1, false));
        told(new StoreCommand.DestroyVersion(STRIPE, 1));
        assertThat(neighbours.refreshed).isEmpty();
        assertThat(vault.destroyed).containsExactly(key(1));
        assertThat(store.getState().condemned()).isEmpty();

        told(new StoreCommand.SwitchSecret(STRIPE, false));
        assertThat(neighbours.refreshed)
                .hasEntrySatisfying(
                        SANDBOX,
                        view -> assertThat(view.secrets())
                                .containsEntry(STRIPE, new Offer(2, Optional.empty(), List.of(), Locations.ALL)));
        told(new StoreCommand.SwitchSecret(STRIPE, true));
        assertThat(told(new StoreCommand.DestroyVersion(STRIPE, 2)))
                .isInstanceOfSatisfying(
                        StoreReply.Done.class,
                        done -> assertThat(done.refreshed()).isEqualTo(new Refreshed(1, List.of())));
        assertThat(vault.destroyed).containsExactlyInAnyOrder(key(1), key(2));
        store.restart();
        assertThat(store.getState().secrets())
                .hasEntrySatisfying(
                        STRIPE, secret -> assertThat(secret.versions()).hasSize(2));
    }

    @Test
    void answersWithTheStoreAsTheAskedChangeHasLeftIt() {
        create();
        told(new StoreCommand.BindSandbox(SANDBOX));
        TestProbe<StoreReply> asker = ACTORS.createTestProbe();
        neighbours.heldBack = true;
        store.runCommand(new StoreMessage.Execute(ORIGIN, set(1, 10), asker.getRef()));
        store.runCommand(new StoreMessage.Execute(ORIGIN, set(2, 10), asker.getRef()));
        neighbours.letGo();

        assertThat(List.of(asker.receiveMessage(), asker.receiveMessage()))
                .extracting(reply -> reply instanceof StoreReply.Done(var then, var refreshed)
                        ? then.versions().get(STRIPE)
                        : null)
                .containsExactlyInAnyOrder(1, 2);
    }
}
