package dev.sealbox.runtime.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EntryNameTest {
    @ParameterizedTest
    @CsvSource({"./,.", "'',.", "./a/b,a/b", "a//b/,a/b", "a/./b,a/b", "..a/b..,..a/b..", "ü,ü"})
    void isBelowTheRoot(String name, String path) {
        assertThat(EntryName.checked(name)).isEqualTo(path);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/etc/passwd", "..", "../x", "a/../../x", "a/..", "./../x", "a\0b", "a\uFFFD"})
    void leadsNowhereElse(String name) {
        assertThatThrownBy(() -> EntryName.checked(name)).isInstanceOf(RefusedFiles.class);
    }
}
