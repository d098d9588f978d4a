package dev.sealbox.domain.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.domain.InvalidValue;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostPatternTest {

    @ParameterizedTest
    @CsvSource({
        "api.example.com, api.example.com, true",
        "api.example.com, API.Example.COM., true",
        "api.example.com, x.api.example.com, false",
        "api.example.com, example.com, false",
        "API.example.com., api.example.com, true",
        "*.example.com, a.example.com, true",
        "*.example.com, a.b.example.com, true",
        "*.example.com, example.com, false",
        "*.example.com, badexample.com, false",
        "*, anything.example, true",
        "*, 192.0.2.1, true",
        "192.0.2.1, 192.0.2.1, true",
        "192.0.2.1, 192.0.2.10, false",
        "*.2.1x, 192.0.2.1x, true",
        "bücher.example, xn--bcher-kva.example, true",
        "*.BÜCHER.example, a.bücher.example, true",
        "[2001:DB8:0:0::1], 2001:db8::1, true",
        "2001:0db8::0001, [2001:db8:0:0:0:0:0:1], true",
        "::ffff:192.0.2.1, 192.0.2.1, true",
        "*.com, example.com, true",
        "*.com, com, false"
    })
    void matchesAsTheContractSays(String pattern, String host, boolean expected) {
        assertThat(HostPattern.parse(pattern).matches(HostName.parse(host))).isEqualTo(expected);
    }

    @Test
    void matchesNoAddressBelowAName() {
        assertThat(new HostPattern.Below(new HostName("example.com")).matches(new HostName("192.0.2.1")))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "  ",
                "https://example.com",
                "example.com:443",
                "example.com/path",
                "a.*.example.com",
                "a*.example.com",
                "**",
                "*.",
                "*example.com",
                "*.*.example.com",
                "*.192.0.2.1",
                "exa mple.com",
                "example..com",
                "-a.com",
                "user@example.com",
                "example.com?x",
                "*.[::1]"
            })
    void isRefusedWithAReason(String pattern) {
        assertThatThrownBy(() -> HostPattern.parse(pattern)).isInstanceOf(InvalidValue.class);
    }

    @ParameterizedTest
    @CsvSource({
        "https://example.com, scheme",
        "https://example.com:443/x, scheme",
        "example.com:443, port",
        "[::1]:443, port",
        "*.example.com:8443, port",
        "example.com/v1, path",
        "example.com?x, path",
        "user@example.com, user",
        "a.*.com, star",
        "*., name below",
        "127.1, four decimal",
        "0177.0.0.1, four decimal",
        "0x7f000001, four decimal",
        "2130706433, four decimal",
        "*.10.0.0.1, no names below",
        "*.[::1], no names below",
        "stra\u00dfe.de, xn--",
        "exa mple.com, letters"
    })
    void saysWhatIsWrong(String pattern, String reason) {
        assertThatThrownBy(() -> HostPattern.parse(pattern))
                .isInstanceOf(InvalidValue.class)
                .hasMessageContaining(reason);
    }

    @Test
    void neverMeansNothing() {
        var label = "a".repeat(62);
        var parent = (label + ".").repeat(3) + "b".repeat(62);

        assertThat(parent).hasSize(251);
        var longest = HostPattern.parse("*." + parent);
        assertThat(longest.matches(HostName.parse("x." + parent))).isTrue();
        assertThatThrownBy(() -> HostPattern.parse("*.b" + parent)).hasMessageContaining("short enough");
    }

    @Test
    void quotesNoControlCharacters() {
        assertThatThrownBy(() -> HostPattern.parse("evil\n200 OK")).hasMessageNotContaining("\n");
    }

    @Test
    void isTrimmedNormalisedAndListedOnce() {
        assertThat(HostPattern.texts(HostPattern.parseAll(List.of(" GitHub.com ", "github.com.", "*.GitHub.com", "*"))))
                .containsExactly("github.com", "*.github.com", "*");
    }

    @Test
    void isReadFromItsOwnText() {
        for (var text : List.of("*", "*.example.com", "example.com", "2001:db8::1", "192.0.2.1")) {
            assertThat(HostPattern.parse(HostPattern.parse(text).toString())).isEqualTo(HostPattern.parse(text));
        }
    }

    @Test
    void comesInListsOfAtMost256() {
        var texts = IntStream.range(0, 257).mapToObj(i -> "h" + i + ".example").toList();
        assertThat(HostPattern.parseAll(texts.subList(0, 256))).hasSize(256);
        assertThatThrownBy(() -> HostPattern.parseAll(texts)).isInstanceOf(InvalidValue.class);
    }
}
