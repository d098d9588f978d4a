package dev.sealbox.domain.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.domain.InvalidValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SubjectTest {
    private static final String UUID = "0b9f7a62-5a3e-4d0c-9f0e-2f3a1c7d9e10";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "secret-store:" + UUID,
                "checkpoint:" + UUID,
                "sandbox:sb-0123456789abcdef",
                "organization:default"
            })
    void isReadAsItIsWritten(String text) {
        assertThat(Subject.parse(text))
                .singleElement()
                .extracting(Subject::name)
                .isEqualTo(text);
    }

    @Test
    void mayBeAStoreOrACheckpointWhenOnlyAUuidIsGiven() {
        assertThat(Subject.parse(UUID))
                .extracting(Subject::name)
                .containsExactly("secret-store:" + UUID, "checkpoint:" + UUID);
        assertThat(Subject.parse("sb-0123456789abcdef"))
                .extracting(Subject::name)
                .containsExactly("sandbox:sb-0123456789abcdef");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "sb-1", "x", "snapshot:" + UUID, "sandbox:" + UUID, "sandbox:", ":", "organization:A"})
    void isNothingElse(String text) {
        assertThatThrownBy(() -> Subject.parse(text)).isInstanceOf(InvalidValue.class);
    }
}
