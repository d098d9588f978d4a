package dev.sealbox.domain.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.domain.InvalidValue;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TcpTargetTest {
    @ParameterizedTest
    @CsvSource({
        "db.example.com:5432, db.example.com:5432",
        " DB.Example.COM.:22 , db.example.com:22",
        "*.example.com:22, *.example.com:22",
        "93.184.216.34:5432, 93.184.216.34:5432",
        "[2606:2800:220:1:0:0:0:1]:22, [2606:2800:220:1::1]:22",
        "x.test:65535, x.test:65535",
        "x.test:1, x.test:1",
        "x.test:0022, x.test:22",
    })
    void hasOneSpelling(String text, String normal) {
        assertThat(TcpTarget.parse(text)).hasToString(normal);
        assertThat(TcpTarget.parse(normal)).isEqualTo(TcpTarget.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":22",
                "db.example.com",
                "db.example.com:",
                "db.example.com:0",
                "db.example.com:65536",
                "db.example.com:-1",
                "db.example.com:443",
                "db.example.com:80",
                "db.example.com:53",
                "db.example.com:ssh",
                "db.example.com:\u0662\u0662",
                "*:22",
                "*.*.example.com:22",
                "2606:2800:220:1::1:22",
                "[2606:2800:220:1::1]",
                "tcp://db.example.com:22",
                "user@db.example.com:22",
                "db.example.com:22/path",
                "0x7f.1:22",
                "db.example.com:22\n" + "other.example.com:22",
            })
    void isNothingElse(String text) {
        assertThatThrownBy(() -> TcpTarget.parse(text)).isInstanceOf(InvalidValue.class);
    }

    @Test
    void meansThatPortOfThoseHosts() {
        var target = TcpTarget.parse("*.example.com:22");

        assertThat(target.matches(HostName.parse("git.example.com"), 22)).isTrue();
        assertThat(target.matches(HostName.parse("example.com"), 22)).isFalse();
        assertThat(target.matches(HostName.parse("git.example.com"), 2222)).isFalse();
        assertThat(target.matches(HostName.parse("git.example.com.evil.test"), 22))
                .isFalse();
    }

    @Test
    void listsOnceAndNotTooMany() {
        assertThat(TcpTarget.parseAll(List.of("a.test:22", "A.test:22", "b.test:22")))
                .hasToString("[a.test:22, b.test:22]");
        assertThatThrownBy(() -> TcpTarget.parseAll(Collections.nCopies(257, "a.test:22")))
                .isInstanceOf(InvalidValue.class);
    }
}
