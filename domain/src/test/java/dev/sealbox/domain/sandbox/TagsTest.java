package dev.sealbox.domain.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.domain.InvalidValue;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TagsTest {
    private static Map<String, String> many(int count) {
        return IntStream.range(0, count).boxed().collect(Collectors.toMap(i -> "k" + i, i -> ""));
    }

    @Test
    void takesWhatTheLimitsAllow() {
        assertThat(new Tags(many(50)).byKey()).hasSize(50);
        assertThat(new Tags(Map.of("a.B_c:d-9", "v".repeat(256), "k".repeat(128), "\u00e9 any text")).byKey())
                .hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "oc:team", "with space", "sl/ash", "\u00e9", "line\nbreak"})
    void refusesKeysThatAreNone(String key) {
        assertThatThrownBy(() -> new Tags(Map.of(key, "v"))).isInstanceOf(InvalidValue.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\0", "a\0b", "line\nbreak", "\u001b[31m", "\u0085"})
    void refusesValuesWithControlCharacters(String value) {
        assertThatThrownBy(() -> new Tags(Map.of("k", value))).isInstanceOf(InvalidValue.class);
    }

    @Test
    void refusesWhatIsTooMuch() {
        assertThatThrownBy(() -> new Tags(many(51))).isInstanceOf(InvalidValue.class);
        assertThatThrownBy(() -> new Tags(Map.of("k".repeat(129), "v"))).isInstanceOf(InvalidValue.class);
        assertThatThrownBy(() -> new Tags(Map.of("k", "v".repeat(257)))).isInstanceOf(InvalidValue.class);
    }
}
