package dev.sealbox.domain.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.ledger.UseRecord.Asked;
import dev.sealbox.domain.ledger.UseRecord.UsedSecret;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UseRecordTest {
    private static final String TOKEN = "osb_sealed_0123456789abcdef0123456789abcdef";

    @ParameterizedTest
    @CsvSource({
        "/v1/things, /v1/things",
        "/v1/things?key=a&b=c, /v1/things",
        "*, *",
        "example.com:443, ''",
        "http://example.com/a/b?c, /a/b",
        "http://example.com, ''",
        "/a%2Fb%20c, /a%2Fb%20c",
        "/%61%2e%2E, /a..",
        "/%, /%",
        "/%4, /%4"
    })
    void keepsThePathWithoutItsQuery(String target, String path) {
        assertThat(Asked.of("GET", "example.com", target).path()).isEqualTo(path);
    }

    @Test
    void keepsNoTokenWhereverItStands() {
        var upper = TOKEN.toUpperCase(java.util.Locale.ROOT);
        var escaped = TOKEN.chars().mapToObj("%%%02x"::formatted).collect(Collectors.joining());

        assertThat(Asked.of("GET", TOKEN + ".example.com", "/x/" + TOKEN + "/y/" + upper + "/z/" + escaped))
                .isEqualTo(
                        new Asked("GET", "osb_sealed_*.example.com", "/x/osb_sealed_*/y/osb_sealed_*/z/osb_sealed_*"));
        assertThat(new UsedSecret(
                                new SecretName("KEY"),
                                new StoreId(new UUID(1, 2)),
                                1,
                                List.of("header:" + TOKEN, "body"))
                        .places())
                .containsExactly("header:osb_sealed_*", "body");
    }

    @Test
    void keepsNoPartOfATokenThatIsCutOff() {
        var path = "/" + "a".repeat(1000) + TOKEN;

        assertThat(Asked.of("GET", "h", path).path())
                .hasSizeLessThanOrEqualTo(1024)
                .doesNotContain("0123");
    }

    @Test
    void keepsOnlyPrintableAsciiOfABoundedLength() {
        var asked = Asked.of("M".repeat(100), "h", "/\u001b[31m\u00e9\r\n" + "b".repeat(100_000));

        assertThat(asked.method()).hasSize(32);
        assertThat(asked.path()).startsWith("/%1B[31m%C3%A9%0D%0Abb").hasSize(1024);
    }

    @Test
    void asksForNoTimeThatEndsBeforeItBegins() {
        var none = UseFilter.ALL;
        var time = Optional.of(Instant.EPOCH);

        assertThatThrownBy(() -> new UseFilter(none.sandbox(), none.secret(), none.host(), none.ruling(), time, time))
                .isInstanceOf(InvalidValue.class);
        assertThatThrownBy(() -> Ruling.parse("done"))
                .hasMessage("decision is one of begun, used, unsent, passed, unusable, refused, alarm");
    }
}
