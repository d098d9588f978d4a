package dev.sealbox.demo.story;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SearchTest {
    private final Values values = Values.random();

    @TempDir
    Path folder;

    @RepeatedTest(8)
    void findsAValueAcrossTheSeamOfTwoChunks(RepetitionInfo repetition) throws IOException {
        int before = (1 << 20) - 5 * repetition.getCurrentRepetition();
        write("large", "x".repeat(before) + values.api() + "x".repeat(1 << 20));

        assertThat(search().found()).singleElement().asString().endsWith("large");
    }

    /** Across the seam of two chunks, too, where what came before was nothing. */
    @RepeatedTest(3)
    void findsAValueBetweenHoles(RepetitionInfo repetition) throws IOException {
        var value = values.api().getBytes(StandardCharsets.UTF_8);
        try (var file = new RandomAccessFile(folder.resolve("sparse").toFile(), "rw")) {
            file.seek((3 << 20) - value.length * (repetition.getCurrentRepetition() - 1) / 2);
            file.write(value);
            file.setLength(64 << 20);
        }

        assertThat(search().found()).singleElement().asString().endsWith("sparse");
    }

    @Test
    void findsAValueInHex() throws IOException {
        write("dump", HexFormat.of().formatHex(values.git().getBytes(StandardCharsets.UTF_8)));

        assertThat(search().found()).hasSize(1);
    }

    @Test
    void tellsWhatItFoundWhere() throws IOException {
        write("both", values.git() + values.api());
        write("one", values.api());
        var api = values.api().getBytes(StandardCharsets.UTF_8);
        var git = values.git().getBytes(StandardCharsets.UTF_8);

        var search = new Search(List.of(api, git)).below(folder);

        assertThat(search.found(List.of(api))).extracting(this::nameOf).containsExactlyInAnyOrder("both", "one");
        assertThat(search.found(List.of(git))).extracting(this::nameOf).containsExactly("both");
    }

    /** Those whose beginnings are the same are both found. */
    @Test
    void findsAllThatBeginAlike() throws IOException {
        write("alike", "__abcdef__abcxyz__");
        var some = Stream.of("abcxyz", "abcdef", "abc123")
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .toList();

        var search = new Search(some).below(folder);

        assertThat(some.stream().map(one -> search.found(List.of(one)).size())).containsExactly(1, 1, 0);
    }

    @Test
    void findsNothingWhereNothingIs() throws IOException {
        write("clean", Values.random().api() + " osb_sealed_0123456789abcdef0123456789abcdef");

        assertThat(search().found()).isEmpty();
    }

    private String nameOf(String place) {
        return Path.of(place).getFileName().toString();
    }

    private Search search() {
        return new Search(values.traces()).below(folder);
    }

    private void write(String name, String content) throws IOException {
        Files.writeString(folder.resolve(name), content);
    }
}
