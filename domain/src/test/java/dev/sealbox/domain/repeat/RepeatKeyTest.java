package dev.sealbox.domain.repeat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.identity.SandboxId;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RepeatKeyTest {

    @ParameterizedTest
    @MethodSource("broken")
    void cannotBeEmptyLongOrUnprintable(String text) {
        assertThatThrownBy(() -> new RepeatKey(text))
                .isInstanceOf(InvalidValue.class)
                .hasMessageContaining("Idempotency-Key");
    }

    static Stream<String> broken() {
        return Stream.of("", "x".repeat(256), "a\tb", "a\nb", "\u00e4", "\u007f");
    }

    @Test
    void mayBeAnythingElse() {
        assertThat(new RepeatKey("x".repeat(255)).value()).hasSize(255);
        assertThat(new RepeatKey("a b~!").value()).isEqualTo("a b~!");
    }

    @Test
    void drawsSandboxIdsWithoutAFixedDigit() {
        var ids = IntStream.range(0, 1000)
                .mapToObj(each -> SandboxId.of(UUID.randomUUID()).value().substring(3))
                .toList();

        assertThat(IntStream.range(0, 16).boxed())
                .allSatisfy(digit -> assertThat(
                                ids.stream().map(id -> id.charAt(digit)).distinct())
                        .hasSize(16));
    }
}
