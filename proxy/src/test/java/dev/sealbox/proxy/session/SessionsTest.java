package dev.sealbox.proxy.session;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.egress.EgressPolicy;
import dev.sealbox.domain.egress.Grant;
import dev.sealbox.domain.egress.SandboxAddress;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.sealing.Encrypted;
import dev.sealbox.domain.sealing.KeyId;
import dev.sealbox.domain.sealing.MayReveal;
import dev.sealbox.domain.sealing.Plaintext;
import dev.sealbox.domain.sealing.SealContext;
import dev.sealbox.domain.sealing.Vault;
import dev.sealbox.proxy.TestPolicy;
import dev.sealbox.proxy.TestVault;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class SessionsTest {
    private static final SecretName KEY = new SecretName("API_KEY");

    private final TestVault vault = new TestVault();
    private final Sessions sessions = new Sessions(vault);
    private final TestPolicy policy = new TestPolicy(vault);
    private final SandboxAddress address = new SandboxAddress(policy.sandbox(), "127.0.0.1");

    @Test
    void wipesAReplacedSessionOnceNobodyHoldsIt() {
        policy.secret("API_KEY", "first-value");
        done(sessions.admit(address, policy.next()));
        var held = held();
        var value = bytes(held.value(KEY));

        policy.secret("API_KEY", "second-value");
        done(sessions.admit(address, policy.next()));
        assertThat(text(value)).isEqualTo("first-value");
        held.release();

        assertThat(value).containsOnly(0);
    }

    @Test
    void wipesEverythingOnExpulsion() {
        policy.secret("API_KEY", "first-value");
        done(sessions.admit(address, policy.next()));
        var held = held();
        var value = bytes(held.value(KEY));
        held.release();

        done(sessions.expel(policy.sandbox()));

        assertThat(value).containsOnly(0);
        assertThat(sessions.at(InetAddress.getLoopbackAddress())).isNull();
    }

    @Test
    void copiesAnUnchangedValueSoThatWipingTheFormerSessionSparesIt() {
        policy.secret("API_KEY", "same-value");
        done(sessions.admit(address, policy.next()));
        done(sessions.admit(address, policy.next()));

        var held = held();
        assertThat(text(bytes(held.value(KEY)))).isEqualTo("same-value");
        held.release();
    }

    @Test
    void opensAValueOnceHoweverManySandboxesUseIt() {
        policy.secret("API_KEY", "shared-value");
        var shared = policy.next();
        for (int i = 0; i < 100; i++) {
            done(sessions.admit(
                    new SandboxAddress(new SandboxId("sb-%016x".formatted(i)), "10.0.0." + i), of(i, shared)));
        }
        assertThat(vault.opened.get()).isEqualTo(1);

        done(sessions.expel(new SandboxId("sb-%016x".formatted(1))));
        done(sessions.admit(address, shared));
        var held = held();
        var value = bytes(held.value(KEY));
        held.release();
        for (int i = 0; i < 100; i++) {
            done(sessions.expel(new SandboxId("sb-%016x".formatted(i))));
        }
        assertThat(text(value)).isEqualTo("shared-value");
        done(sessions.expel(policy.sandbox()));
        assertThat(value).containsOnly(0);
    }

    private static EgressPolicy of(int number, EgressPolicy policy) {
        return new EgressPolicy(
                new SandboxId("sb-%016x".formatted(number)),
                policy.organization(),
                policy.revision(),
                policy.allowlist(),
                policy.grants(),
                policy.tokens());
    }

    @Test
    void keepsWhatADeletedStoreHasLeftAndAsksNoVaultForIt() {
        policy.secret("API_KEY", "left-value");
        done(sessions.admit(address, policy.next()));
        var destroyed = policy.encrypted("API_KEY").key();
        done(vault.destroy(List.of(destroyed)));

        done(sessions.admit(address, orphaned(policy.next())));
        var held = held();
        assertThat(text(bytes(held.value(KEY)))).isEqualTo("left-value");
        held.release();
        assertThat(vault.opened.get()).isEqualTo(1);
    }

    @Test
    void goesOnWithoutWhatADeletedStoreHasLeftWhenItDoesNotRememberIt() {
        var token = policy.secret("API_KEY", "forgotten-value");
        policy.secret("OTHER", "present-value");
        var other = policy.next();
        var grants = new HashMap<>(other.grants());
        grants.computeIfPresent(KEY, (name, grant) -> orphaned(grant));

        done(sessions.admit(
                address,
                new EgressPolicy(
                        other.sandbox(),
                        other.organization(),
                        other.revision(),
                        other.allowlist(),
                        grants,
                        other.tokens())));

        var held = held();
        assertThat(held.names()).containsExactly(new SecretName("OTHER"));
        // Known, and of no use.
        assertThat(held.policy().tokens()).containsKey(token);
        assertThat(held.policy().grants()).doesNotContainKey(KEY);
        held.release();
    }

    private static EgressPolicy orphaned(EgressPolicy policy) {
        var grants = new HashMap<>(policy.grants());
        grants.replaceAll((name, grant) -> orphaned(grant));
        return new EgressPolicy(
                policy.sandbox(),
                policy.organization(),
                policy.revision(),
                policy.allowlist(),
                grants,
                policy.tokens());
    }

    private static Grant orphaned(Grant grant) {
        return new Grant(grant.store(), grant.version(), grant.value(), grant.hosts(), grant.locations(), true);
    }

    @Test
    void opensAValueAnewWhenItCouldNotBeOpenedBefore() {
        policy.secret("API_KEY", "first-value");
        done(vault.destroy(List.of(policy.encrypted("API_KEY").key())));
        assertThat(sessions.admit(address, policy.next()).toCompletableFuture()).isCompletedExceptionally();
        assertThat(sessions.admit(address, policy.next()).toCompletableFuture()).isCompletedExceptionally();

        policy.secret("API_KEY", "second-value");
        done(sessions.admit(address, policy.next()));
        var held = held();
        assertThat(text(bytes(held.value(KEY)))).isEqualTo("second-value");
        held.release();
    }

    @Test
    void admitsNobodyWhoWasExpelledWhileTheValuesWereOpened() {
        var opening = new CompletableFuture<Plaintext>();
        var slow = new Sessions(new SlowVault(opening));
        policy.secret("API_KEY", "late-value");
        var admitting = slow.admit(address, policy.next());

        done(slow.expel(policy.sandbox()));
        var late = "late-value".getBytes(StandardCharsets.UTF_8);
        opening.complete(Plaintext.owning(late));
        done(admitting);

        assertThat(slow.at(InetAddress.getLoopbackAddress())).isNull();
        assertThat(late).containsOnly(0);
    }

    private static void done(CompletionStage<Void> stage) {
        assertThat(stage.toCompletableFuture()).isCompleted();
    }

    private Session held() {
        return requireNonNull(
                requireNonNull(sessions.at(InetAddress.getLoopbackAddress())).hold());
    }

    @MayReveal("to see that it is wiped")
    private static byte[] bytes(Plaintext value) {
        return value.reveal();
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private record SlowVault(CompletableFuture<Plaintext> opening) implements Vault {
        @Override
        public CompletionStage<Encrypted> seal(
                OrganizationId organization, StoreId store, SecretName name, Plaintext value) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<Plaintext> open(SealContext context, Encrypted value) {
            return opening;
        }

        @Override
        public CompletionStage<Optional<Encrypted>> reseal(SealContext context, Encrypted value) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<Void> destroy(Collection<KeyId> keys) {
            throw new UnsupportedOperationException();
        }
    }
}
