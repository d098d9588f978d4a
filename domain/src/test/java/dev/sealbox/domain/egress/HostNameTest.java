package dev.sealbox.domain.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.domain.InvalidValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostNameTest {

    @ParameterizedTest
    @CsvSource({
        "Example.COM, example.com, false",
        "example.com., example.com, false",
        "localhost, localhost, false",
        "_dmarc.example.com, _dmarc.example.com, false",
        "bücher.example, xn--bcher-kva.example, false",
        "192.0.2.1, 192.0.2.1, true",
        "[2001:DB8::1], 2001:db8::1, true",
        "::ffff:192.0.2.1, 192.0.2.1, true",
        "[::FFFF:c000:0201], 192.0.2.1, true",
        "0:0:0:0:0:0:0:1, ::1, true",
        "2001:0db8:0000:0000:0000:0000:0000:0001, 2001:db8::1, true",
        "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1, true",
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1, true",
        "64:ff9b::192.0.2.33, 64:ff9b::c000:221, true",
        "1:2:3:4:5:6:7:8, 1:2:3:4:5:6:7:8, true",
        "::, ::, true",
        "fe80::, fe80::, true"
    })
    void isNormalised(String text, String expected, boolean address) {
        assertThat(HostName.parse(text).value()).isEqualTo(expected);
        assertThat(HostName.parse(text).isAddress()).isEqualTo(address);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                "a..b",
                "-a",
                "a-",
                "a b",
                "a\tb",
                "a\0b",
                "a:80",
                "a/b",
                "a@b",
                "[::1",
                "::1]",
                "[example.com]",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "1::2::3",
                ":::",
                "1:2:3:4:5:6:7::8",
                "12345::",
                "fe80::1%eth0",
                "::1:80:",
                "192.0.2.1::",
                "::256.0.0.1",
                "stra\u00dfe.example",
                "\u03c3\u03c2.example",
                "a\u200db.example",
                "0x7f.0.0.1",
                "0x7f000001",
                "2130706433",
                "127.1",
                "0177.0.0.1",
                "256.1.1.1",
                "1.2.3.4.5",
                "example.com..",
                "1.2.3.4.",
                "a%00b",
                "*.a"
            })
    void isNothingElse(String text) {
        if (text.equals("1.2.3.4.")) {
            // One trailing dot is ignored, also behind an address.
            assertThat(HostName.parse(text).value()).isEqualTo("1.2.3.4");
            return;
        }
        assertThatThrownBy(() -> HostName.parse(text)).isInstanceOf(InvalidValue.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "b\u00fccher.example",
                "ex\u00adample.com",
                "ex\u00aample.com",
                "example\u3002com",
                "example\uff0ecom",
                "\uff45xample.com",
                "ex\u200dample.com"
            })
    void isAsciiOnTheWire(String text) {
        assertThatThrownBy(() -> HostName.ofWire(text)).isInstanceOf(InvalidValue.class);
    }

    @Test
    void hasAtMost253CharactersInLabelsOf63() {
        var label = "a".repeat(63);
        assertThat(HostName.parse(label + ".example").isAddress()).isFalse();
        assertThatThrownBy(() -> HostName.parse("a" + label + ".example")).isInstanceOf(InvalidValue.class);
        assertThatThrownBy(() -> HostName.parse((label + ".").repeat(4) + "com"))
                .isInstanceOf(InvalidValue.class);
    }
}
