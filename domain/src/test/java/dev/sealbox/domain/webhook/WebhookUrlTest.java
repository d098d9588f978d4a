package dev.sealbox.domain.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.domain.InvalidValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookUrlTest {

    @ParameterizedTest
    @CsvSource({
        "https://hooks.example.com, hooks.example.com, 443, /, hooks.example.com",
        "HTTPS://Hooks.Example.com/in?a=b%20c, hooks.example.com, 443, /in?a=b%20c, hooks.example.com",
        "https://hooks.example.com:8443?key=1, hooks.example.com, 8443, /?key=1, hooks.example.com:8443",
        "https://[2606:4700::1111]:444/x, 2606:4700::1111, 444, /x, [2606:4700::1111]:444",
        "https://93.184.216.34/, 93.184.216.34, 443, /, 93.184.216.34"
    })
    void readsWhereMessagesGo(String text, String host, int port, String target, String authority) {
        var url = WebhookUrl.parse(text);

        assertThat(url.host().value()).isEqualTo(host);
        assertThat(url.port()).isEqualTo(port);
        assertThat(url.target()).isEqualTo(target);
        assertThat(url.authority()).isEqualTo(authority);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "http://hooks.example.com/",
                "ftp://hooks.example.com/",
                "https://",
                "https:///path",
                "https:/hooks.example.com",
                "hooks.example.com",
                "https://user:password@hooks.example.com/",
                "https://user@hooks.example.com/",
                "https://hooks.example.com\\@evil.example/",
                "https://hooks.example.com/#part",
                "https://hooks.example.com:0/",
                "https://hooks.example.com:65536/",
                "https://hooks.example.com:x/",
                "https://hooks.example.com:/",
                "https://0x7f000001/",
                "https://127.1/",
                "https://2130706433/",
                "https://0177.0.0.1/",
                "https://hooks.example.com%2eevil/",
                "https://hooks.ex\u00e4mple.com/",
                "https://hooks.example.com/\u00e4",
                "https://hooks.example.com/ HTTP/1.1",
                "https://hooks.example.com/\r\nX-Injected: 1",
                "https://hooks.example.com\r\nX-Injected: 1/",
                "https://hooks.example.com/\n",
                "https://[fe80::1%25eth0]/",
                " https://hooks.example.com/"
            })
    void refusesWhatIsNoSuchPlace(String text) {
        assertThatThrownBy(() -> WebhookUrl.parse(text))
                .isInstanceOf(InvalidValue.class)
                .hasMessageStartingWith("url ");
    }

    @Test
    void refusesWhatIsTooLongAndHidesThePath() {
        assertThatThrownBy(() -> WebhookUrl.parse("https://hooks.example.com/" + "x".repeat(WebhookUrl.MAX_LENGTH)))
                .hasMessageContaining("longer");
        assertThat(WebhookUrl.parse("https://hooks.example.com/T0KEN"))
                .asString()
                .doesNotContain("T0KEN");
    }
}
