package dev.sealbox.domain.egress;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReflectorsTest {
    @ParameterizedTest
    @ValueSource(strings = {"httpbin.org", "WebHook.Site", "*.ngrok.io", "a.b.pipedream.net", "*.x.trycloudflare.com"})
    void warnsOfHostsThatHandOnWhatTheyAreSent(String pattern) {
        assertThat(Reflectors.warning(HostPattern.parseAll(List.of("api.github.com", pattern))))
                .hasValueSatisfying(text -> assertThat(text)
                        .startsWith(HostPattern.parse(pattern).toString())
                        .doesNotContain("github"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"api.github.com", "*.example.com", "nothttpbin.org", "httpbin.org.example.com", "*", "10.0.0.1"})
    void saysNothingOfOthers(String pattern) {
        assertThat(Reflectors.warning(HostPattern.parseAll(List.of(pattern)))).isEmpty();
    }

    @Test
    void namesEachOnce() {
        assertThat(Reflectors.warning(HostPattern.parseAll(List.of("ix.io", "0x0.st"))))
                .hasValue("ix.io, 0x0.st may hand on to anybody what a sandbox sends there");
    }
}
