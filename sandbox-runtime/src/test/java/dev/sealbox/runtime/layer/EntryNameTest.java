package dev.sealbox.runtime.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EntryNameTest {
    @ParameterizedTest
    @CsvSource({"./,.", "'',.", "./a/b,a/b", "a//b/,a/b", "a/./b,a/b", "..a/b..,..a/b..", "ü,ü"})
    void isBelowTheRoot(String name, String path) {
        assertThat(EntryName.checked(name)).isEqualTo(path);
    }

    @Test
    void isNoLongerThanAPathMayBe() {
        var most = "x".repeat(4093);

        assertThat(EntryName.checked(most + "ü")).hasSize(4094);
        for (var name : List.of(most + "abc", most + "aü", "./".repeat(2048), "x/".repeat(1 << 19))) {
            assertThatThrownBy(() -> EntryName.checked(name)).hasMessageContaining("more than 4095 bytes");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/etc/passwd", "..", "../x", "a/../../x", "a/..", "./../x", "a\0b", "a\uFFFD"})
    void leadsNowhereElse(String name) {
        assertThatThrownBy(() -> EntryName.checked(name)).isInstanceOf(RefusedFiles.class);
    }
}
