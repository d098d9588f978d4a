package dev.sealbox.domain.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.sealing.SealedToken;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class TokensTest {
    private static final SecretName A = new SecretName("A");
    private static final SecretName B = new SecretName("B");
    private final SecureRandom random = new SecureRandom();

    @Test
    void areDrawnForEachSecretThatNoPlainVariableReplaces() {
        var tokens = Tokens.draw(Set.of(A, B), Set.of("B", "C"), Map.of(), random);

        assertThat(tokens.own()).containsOnlyKeys(A);
    }

    @Test
    void areNewInEachSandboxWhileTheInheritedOnesStay() {
        var parent = Tokens.draw(Set.of(A), Set.of(), Map.of(), random);
        var child = Tokens.draw(Set.of(A, B), Set.of(), parent.all(), random);
        var grandchild = Tokens.draw(Set.of(A), Set.of(), child.all(), random);

        assertThat(child.own().values())
                .doesNotContainAnyElementsOf(parent.own().values());
        assertThat(child.all()).hasSize(3).containsAllEntriesOf(parent.all());
        assertThat(grandchild.all()).hasSize(4).containsAllEntriesOf(child.all());
        assertThat(grandchild.all().values()).containsOnly(A, B);
        assertThat(grandchild.all().keySet()).allMatch(token -> token.value().length() == SealedToken.LENGTH);
    }

    @Test
    void areShownWhileTheirNamesArePresentAndTheSameWhenANameComesBack() {
        var tokens = Tokens.draw(Set.of(A, B), Set.of(), Map.of(), random);

        assertThat(tokens.shown(Set.of(A))).containsOnlyKeys(A);
        assertThat(tokens.shown(Set.of(A, B))).isEqualTo(tokens.own());
        assertThat(tokens.drawMissing(Set.of(A, B), Set.of(), random)).isEmpty();
    }

    @RepeatedTest(20)
    void nameTheirOwnBeforeInheritedOnes() {
        var parent = Tokens.draw(Set.of(A), Set.of(), Map.of(), random);
        var child = Tokens.draw(Set.of(A), Set.of(), parent.all(), random);

        var grandchild = Tokens.draw(Set.of(A), Set.of(), child.all(), random);

        assertThat(grandchild.all()).hasSize(3);
        assertThat(grandchild.all().keySet().iterator().next())
                .isEqualTo(grandchild.own().get(A));
    }
}
