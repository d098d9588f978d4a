package dev.sealbox.proxy.match;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class ReplacerTest {
    private static final String TOKEN = "osb_sealed_0123456789abcdef0123456789abcdef";

    @RepeatedTest(300)
    void agreesWithStringReplaceHoweverABodyIsCut(RepetitionInfo repetition) {
        var random = new Random(repetition.getCurrentRepetition());
        var text = new StringBuilder();
        for (int i = random.nextInt(40); i >= 0; i--) {
            text.append(
                    switch (random.nextInt(5)) {
                        case 0 -> TOKEN;
                        case 1 -> TOKEN.substring(0, random.nextInt(TOKEN.length()));
                        case 2 -> TOKEN.substring(random.nextInt(TOKEN.length()));
                        case 3 -> "osb_".repeat(random.nextInt(4));
                        default -> "x".repeat(random.nextInt(100));
                    });
        }
        var patterns = patterns(Map.of(TOKEN, "the value"));

        assertThat(replaced(patterns, text.toString(), random))
                .isEqualTo(text.toString().replace(TOKEN, "the value"));
    }

    @RepeatedTest(300)
    void takesTheLongestOfSeveralAtTheSamePlaceHoweverTheyAreCut(RepetitionInfo repetition) {
        var random = new Random(repetition.getCurrentRepetition());
        var rules = new TreeMap<String, String>();
        for (int i = 0; i < 6; i++) {
            rules.put(word(random, 2 + random.nextInt(6)), "<" + i + ">");
        }
        var text = word(random, random.nextInt(300));

        assertThat(replaced(patterns(rules), text, random)).isEqualTo(expected(rules, text));
    }

    @RepeatedTest(100)
    void findsInWhateverCaseHoweverATextIsCut(RepetitionInfo repetition) {
        var random = new Random(repetition.getCurrentRepetition());
        var text = new StringBuilder();
        int there = 0;
        for (int i = random.nextInt(20); i >= 0; i--) {
            var beginning = mixed("osb_sealed", random);
            switch (random.nextInt(4)) {
                case 0 -> text.append(TOKEN);
                case 1 ->
                    text.append(beginning, 0, random.nextInt(beginning.length()))
                            .append('.');
                case 2 -> text.append("x".repeat(random.nextInt(30)));
                default -> {
                    text.append(beginning).append('!');
                    there++;
                }
            }
        }
        var seen = new ArrayList<Object>();
        var patterns = new Patterns(List.of(
                new Patterns.Entry(TOKEN.getBytes(StandardCharsets.US_ASCII), new byte[0], "whole"),
                Patterns.Entry.keptInAnyCase("osb_sealed".getBytes(StandardCharsets.US_ASCII), "maimed")));
        var replacer = new Replacer(patterns, ByteBufAllocator.DEFAULT, Growth.unlimited(seen::add));

        assertThat(fed(replacer, text.toString(), random))
                .isEqualTo(text.toString().replace(TOKEN, ""));
        assertThat(Collections.frequency(seen, "maimed")).isEqualTo(there);
    }

    private static String mixed(String text, Random random) {
        var mixed = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            mixed.append(random.nextBoolean() ? Character.toUpperCase(text.charAt(i)) : text.charAt(i));
        }
        return mixed.toString();
    }

    @Test
    void neverReplacesWhatItPutIn() {
        var patterns = patterns(Map.of("ab", "abab"));

        assertThat(replaced(patterns, "ab-ab", new Random(1))).isEqualTo("abab-abab");
    }

    @Test
    void refusesToGrowBeyondWhatAMessageMay() {
        var growth = Growth.of(100, 100, what -> {});
        var patterns = patterns(Map.of("ab", "x".repeat(52)));
        var first = new Replacer(patterns, ByteBufAllocator.DEFAULT, growth);
        var second = new Replacer(patterns, ByteBufAllocator.DEFAULT, growth);

        assertThat(text(first.feed(bytes("ab ab ")))).hasSize(106);
        assertThatThrownBy(() -> second.feed(bytes("ab"))).isInstanceOf(Growth.Exceeded.class);
    }

    @Test
    void passesAChunkWithoutAMatchOnAsItIs() {
        var replacer = new Replacer(patterns(Map.of(TOKEN, "v")), ByteBufAllocator.DEFAULT);
        var chunk = Unpooled.copiedBuffer("nothing here", StandardCharsets.US_ASCII);

        assertThat(replacer.feed(chunk)).isSameAs(chunk);
        assertThat(replacer.replaced()).isZero();
    }

    @Test
    void holdsBackOnlyTheBeginningOfAPattern() {
        var replacer = new Replacer(patterns(Map.of("secret-value", "T")), ByteBufAllocator.DEFAULT);

        assertThat(text(replacer.feed(bytes("data: 1\n\nse")))).isEqualTo("data: 1\n\n");
        assertThat(text(replacer.feed(bytes("x")))).isEqualTo("sex");
    }

    @Test
    void letsAFewHeldBytesGoAndStillReplacesTheRest() {
        var replacer = new Replacer(patterns(Map.of("secret-value", "T")), ByteBufAllocator.DEFAULT);

        assertThat(text(replacer.feed(bytes("a se")))).isEqualTo("a ");
        assertThat(replacer.mayRelease()).isTrue();
        assertThat(text(replacer.releaseHeld())).isEqualTo("se");
        assertThat(replacer.mayRelease()).isFalse();
        assertThat(text(replacer.feed(bytes("cret-value!")))).isEqualTo("T!");
    }

    @Test
    void gainsNoMoreThanThreeBytesFromTrickling() {
        var replacer = new Replacer(patterns(Map.of("secret-value", "T")), ByteBufAllocator.DEFAULT);
        var seen = new StringBuilder();

        for (var c : "secret-value".split("", -1)) {
            if (!c.isEmpty()) {
                seen.append(text(replacer.feed(bytes(c))));
                if (replacer.mayRelease()) {
                    seen.append(text(replacer.releaseHeld()));
                }
            }
        }

        assertThat(seen.append(text(replacer.end()))).hasToString("secT");
    }

    @Test
    void givesReleasedBytesOnlyOnceWhenTheyWereNoPattern() {
        var replacer = new Replacer(patterns(Map.of("secret-value", "T")), ByteBufAllocator.DEFAULT);
        var seen = new StringBuilder();

        seen.append(text(replacer.feed(bytes("s"))));
        seen.append(text(replacer.releaseHeld()));
        seen.append(text(replacer.feed(bytes("s"))));
        seen.append(text(replacer.releaseHeld()));
        seen.append(text(replacer.feed(bytes("ecret"))));
        seen.append(text(replacer.end()));

        assertThat(seen).hasToString("ssecret");
    }

    /** Where a pattern begins with a repetition, what is held back may begin anew within what was let go. */
    @Test
    void givesReleasedBytesOnlyOnceWhenABeginningGoesOnAsAnother() {
        var replacer = new Replacer(patterns(Map.of("aaabbbbbbbbb", "T")), ByteBufAllocator.DEFAULT);
        var seen = new StringBuilder();

        for (var piece : List.of("aa", "a", "a", "a", "c")) {
            seen.append(text(replacer.feed(bytes(piece))));
            if (replacer.mayRelease()) {
                seen.append(text(replacer.releaseHeld()));
            }
        }

        assertThat(seen.append(text(replacer.end()))).hasToString("aaaaac");
    }

    @Test
    void refusesAMatchThatHasNoReplacement() {
        var replacer = new Replacer(
                new Patterns(List.of(new Patterns.Entry(latin1("token"), null))), ByteBufAllocator.DEFAULT);

        assertThatThrownBy(() -> replacer.feed(bytes("a token"))).isInstanceOf(Replacer.Forbidden.class);
    }

    @Test
    void findsNothingAfterWiping() {
        var patterns = patterns(Map.of("secret", "T"));
        patterns.wipe();

        assertThat(replaced(patterns, "a secret", new Random(1))).isEqualTo("a secret");
    }

    private static String word(Random random, int length) {
        var word = new StringBuilder();
        for (int i = 0; i < length; i++) {
            word.append("abc".charAt(random.nextInt(3)));
        }
        return word.toString();
    }

    private static String expected(Map<String, String> rules, String text) {
        var out = new StringBuilder();
        int at = 0;
        while (at < text.length()) {
            String best = "";
            for (var pattern : rules.keySet()) {
                if (text.startsWith(pattern, at) && pattern.length() > best.length()) {
                    best = pattern;
                }
            }
            out.append(best.isEmpty() ? text.substring(at, at + 1) : rules.get(best));
            at += Math.max(1, best.length());
        }
        return out.toString();
    }

    private static String replaced(Patterns patterns, String text, Random random) {
        return fed(new Replacer(patterns, ByteBufAllocator.DEFAULT), text, random);
    }

    private static String fed(Replacer replacer, String text, Random random) {
        var out = new StringBuilder();
        int at = 0;
        while (at < text.length()) {
            int end = Math.min(text.length(), at + 1 + random.nextInt(20));
            out.append(text(replacer.feed(bytes(text.substring(at, end)))));
            at = end;
        }
        return out.append(text(replacer.end())).toString();
    }

    private static Patterns patterns(Map<String, String> rules) {
        return new Patterns(rules.entrySet().stream()
                .map(rule -> new Patterns.Entry(latin1(rule.getKey()), latin1(rule.getValue())))
                .toList());
    }

    private static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
    }

    private static String text(ByteBuf bytes) {
        var text = bytes.toString(StandardCharsets.ISO_8859_1);
        bytes.release();
        return text;
    }
}
