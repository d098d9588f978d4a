package dev.sealbox.domain.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.domain.InvalidValue;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretNameTest {

    @ParameterizedTest
    @ValueSource(strings = {"A", "_", "git_token", "GIT_TOKEN_2", "PATHS", "MY_LD_KEY"})
    void isTheNameOfAVariable(String name) {
        assertThat(new SecretName(name)).hasToString(name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "1A", "A-B", "A B", "A=B", "Ä", "A\n", "PATH", "path", "LD_PRELOAD", "https_proxy", "HOME"})
    void isNothingElseAndNothingThatSteersPrograms(String name) {
        assertThatThrownBy(() -> new SecretName(name)).isInstanceOf(InvalidValue.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {128, 129})
    void hasAtMost128Characters(int length) {
        var name = "A".repeat(length);
        if (length <= 128) {
            assertThat(new SecretName(name)).hasToString(name);
        } else {
            assertThatThrownBy(() -> new SecretName(name)).isInstanceOf(InvalidValue.class);
        }
    }
}
