package dev.sealbox.runtime.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SparseContentTest {
    @Test
    void putsThePiecesWhereTheyBelong() throws IOException {
        var content = file("2 1 2 5 3", "abcde", 10);

        assertThat(new String(content.readAllBytes(), StandardCharsets.US_ASCII))
                .isEqualTo("\0ab\0\0cde\0\0");
        assertThat(file("1 3 0", "", 3).readAllBytes()).isEqualTo(new byte[3]);
        assertThat(file("0", "", 0).readAllBytes()).isEmpty();
    }

    @Test
    void passesOverHolesOnly() throws IOException {
        var content = file("2 4 1 5 1", "ab", 9);

        assertThat(content.passHole(3)).isEqualTo(3);
        assertThat(content.passHole(3)).isEqualTo(1);
        assertThat(content.passHole(3)).isZero();
        assertThat(content.read()).isEqualTo('a');
        assertThat(content.passHole(3)).isZero();
        assertThat(content.read()).isEqualTo('b');
        assertThat(content.passHole(9)).isEqualTo(3);
        assertThat(content.passHole(9)).isZero();
        assertThat(content.read()).isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "-1",
                "2 0 1",
                "1 0 11",
                "2 5 1 4 1",
                "2 0 5 4 1",
                "1 9223372036854775807 1",
                "1 1 9223372036854775807",
                "1 99999999999999999999 0",
                "1048577"
            })
    void refusesPiecesThatCannotBe(String map) {
        assertThatThrownBy(() -> file(map, "", 10)).isInstanceOf(IOException.class);
    }

    @Test
    void missesWhatIsNotThere() throws IOException {
        var content = file("1 0 5", "abc", 5);

        assertThatThrownBy(content::readAllBytes).hasMessageContaining("too early");
    }

    private static SparseContent file(String map, String pieces, long size) throws IOException {
        var lines = map.replace(' ', '\n') + "\n";
        var padded = lines + "\0".repeat((512 - lines.length() % 512) % 512) + pieces;
        return new SparseContent(new ByteArrayInputStream(padded.getBytes(StandardCharsets.US_ASCII)), size);
    }
}
