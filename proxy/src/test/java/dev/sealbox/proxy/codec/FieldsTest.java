package dev.sealbox.proxy.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FieldsTest {
    @Test
    void leavesOutWhatIsOfOneConnection() {
        var fields = new Fields(List.of(
                new Field("Host", "example.com"),
                new Field("CONNECTION", "close, X-Mine ,content-length"),
                new Field("Keep-Alive", "1"),
                new Field("x-mine", "1"),
                new Field("X-Other", "2"),
                new Field("Content-Length", "3"),
                new Field("Upgrade", "h2c")));

        assertThat(fields.endToEnd().all())
                .extracting(Field::name)
                .containsExactly("Host", "X-Other", "Content-Length");
    }

    /** A head of 32 KiB can name thousands; if each cost more than the one before these would take many minutes. */
    @Test
    void readsALongListOfNamesInNoTime() {
        var names = IntStream.range(0, 200_000).mapToObj(Integer::toString).collect(Collectors.joining(","));
        var fields = new Fields(List.of(new Field("Connection", names), new Field("199999", "x"), new Field("a", "b")));

        var kept = assertTimeoutPreemptively(Duration.ofSeconds(60), fields::endToEnd);

        assertThat(kept.all()).extracting(Field::name).containsExactly("a");
    }

    @Test
    void findsAWordInAList() {
        var fields = new Fields(List.of(new Field("Connection", "a ,, CLOSE"), new Field("connection", "upgrade")));

        assertThat(fields.lists("connection", "close")).isTrue();
        assertThat(fields.lists("Connection", "upgrade")).isTrue();
        assertThat(fields.lists("connection", "clos")).isFalse();
        assertThat(fields.lists("connection", "a ,")).isFalse();
        assertThat(fields.lists("te", "a")).isFalse();
        assertThat(fields.values("CONNECTION")).containsExactly("a ,, CLOSE", "upgrade");
        assertThat(fields.without("Connection").all()).isEmpty();
    }
}
