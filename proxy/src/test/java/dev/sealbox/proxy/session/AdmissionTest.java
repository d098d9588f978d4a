package dev.sealbox.proxy.session;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.domain.egress.HostName;
import dev.sealbox.domain.egress.SandboxAddress;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.proxy.TestPolicy;
import dev.sealbox.proxy.TestVault;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When what is cut, spared and spent, without a network. */
class AdmissionTest {
    private static final SecretName KEY = new SecretName("API_KEY");
    private static final HostName HOST = HostName.parse("api.example.com");

    private final TestVault vault = new TestVault();
    private final Sessions sessions = new Sessions(vault);
    private final TestPolicy policy = new TestPolicy(vault).allow(HOST.value());
    private final SandboxAddress address = new SandboxAddress(policy.sandbox(), "127.0.0.1");
    private final EmbeddedChannel upstream = new EmbeddedChannel();
    private final List<String> cut = new ArrayList<>();

    @BeforeEach
    void begin() {
        policy.secret(KEY.value(), "first-value");
        admit();
    }

    private void admit() {
        var admitted = sessions.admit(address, policy.next()).toCompletableFuture();
        upstream.runPendingTasks();
        assertThat(admitted).isCompleted();
    }

    private Admission admission() {
        return requireNonNull(sessions.at(InetAddress.getLoopbackAddress()));
    }

    private Supplier<CompletableFuture<Void>> noting(String what) {
        return () -> {
            cut.add(what);
            return CompletableFuture.completedFuture(null);
        };
    }

    private Passage passage(String name) {
        var session = requireNonNull(admission().hold());
        var passage = admission().begin(session, HOST, noting(name));
        session.release();
        return passage;
    }

    private Carrier stream(String name) {
        return Carrier.among(upstream, noting(name));
    }

    @Test
    void cutsARequestFromWhatItComesToLate() {
        var passage = passage("client");
        passage.carries(KEY);
        policy.remove(KEY.value());
        admit();
        assertThat(cut).containsExactly("client");

        passage.over(stream("stream"));

        assertThat(cut).containsExactly("client", "stream");
        assertThat(passage.isCut()).isTrue();
    }

    @Test
    void endsASharedConnectionOnceTheLastRequestHasLeftIt() {
        var carrying = passage("carrying");
        carrying.over(stream("its stream"));
        carrying.carries(KEY);
        var beside = passage("beside");
        beside.over(stream("another stream"));
        assertThat(Trail.isSpent(upstream)).isFalse();

        policy.remove(KEY.value());
        admit();

        assertThat(cut).containsExactly("carrying", "its stream");
        assertThat(Trail.isSpent(upstream)).isTrue();
        carrying.close();
        assertThat(upstream.isOpen()).isTrue();
        beside.close();
        assertThat(upstream.isOpen()).isFalse();
    }

    @Test
    void spendsAConnectionThatTakesAFormerValueLate() {
        var former = passage("former");
        former.over(stream("its stream"));
        policy.secret(KEY.value(), "second-value");
        admit();
        assertThat(Trail.isSpent(upstream)).isFalse();

        former.carries(KEY);

        assertThat(Trail.isSpent(upstream)).isTrue();
        assertThat(cut).isEmpty();
    }

    @Test
    void endsAConnectionOfOneRequestAfterTheOtherForWhatItHasCarriedBefore() {
        var before = passage("before");
        before.over(Carrier.alone(upstream));
        before.carries(KEY);
        before.close();
        var present = passage("present");
        present.over(Carrier.alone(upstream));

        policy.remove(KEY.value());
        admit();

        assertThat(upstream.isOpen()).isFalse();
        assertThat(cut).isEmpty();
    }

    @Test
    void judgesWhatARequestCarriesUnderALaterPolicyByThat() {
        var first = passage("client");
        first.over(stream("stream"));
        policy.secret("LATER", "later-value");
        admit();
        assertThatThrownBy(() -> passageOf(first).carries(new SecretName("NEVER")))
                .isInstanceOf(Passage.Revoked.class);
        cut.clear();

        var later = passageOf(first);
        later.carries(new SecretName("LATER"));
        policy.remove(KEY.value());
        admit();
        assertThat(cut).isEmpty();
        policy.remove("LATER");
        admit();

        assertThat(cut).containsExactly("client", "stream");
    }

    private Passage passageOf(Passage request) {
        var session = requireNonNull(admission().hold());
        var passage = request.under(session);
        session.release();
        return passage;
    }
}
