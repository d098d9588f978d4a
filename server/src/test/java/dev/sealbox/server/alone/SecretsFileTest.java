package dev.sealbox.server.alone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.egress.HostPattern;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretsFileTest {
    private static final String TOKEN = "osb_sealed_0123456789abcdef0123456789abcdef";

    private static SecretsFile parse(String text) {
        return SecretsFile.parse(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String value(SecretsFile file, LocalSecret secret) {
        var bytes = file.values().get(secret.key());
        return bytes == null ? "none" : new String(bytes, StandardCharsets.UTF_8);
    }

    @Test
    void readsTokensAndNamesWithWhereTheyMayBeUsed() {
        var file = parse("# ours\n\n" + TOKEN + " the value, with spaces \r\nGIT_TOKEN@Github.com,*.example.com\tß\n");

        assertThat(file.secrets()).hasSize(2);
        var known = file.secrets().getFirst();
        assertThat(known.token().value()).isEqualTo(TOKEN);
        assertThat(known.made()).isFalse();
        assertThat(known.hosts()).isEmpty();
        assertThat(value(file, known)).isEqualTo("the value, with spaces ");
        var made = file.secrets().getLast();
        assertThat(made.name().value()).isEqualTo("GIT_TOKEN");
        assertThat(made.made()).isTrue();
        assertThat(HostPattern.texts(made.hosts())).isEqualTo(List.of("github.com", "*.example.com"));
        assertThat(value(file, made)).isEqualTo("ß");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "NAME",
                "NAME ",
                " hidden",
                "PATH hidden",
                "osb_sealed_short hidden",
                "NAME@ hidden",
                "NAME@https://a.test hidden",
                "N-AME hidden"
            })
    void namesTheLineThatIsWrongAndNotWhatIsInIt(String line) {
        assertThatThrownBy(() -> parse("# first\nGOOD one\n" + line + "\n"))
                .isInstanceOf(InvalidValue.class)
                .hasMessageContaining("line 3")
                .hasMessageNotContaining("hidden");
    }

    @Test
    void refusesANameOrTokenTwice() {
        assertThatThrownBy(() -> parse("A hidden-1\nA hidden-2\n"))
                .isInstanceOf(InvalidValue.class)
                .hasMessageContaining("A")
                .hasMessageNotContaining("hidden");
        assertThatThrownBy(() -> parse(TOKEN + " hidden-1\n" + TOKEN + " hidden-2\n"))
                .isInstanceOf(InvalidValue.class);
    }

    @Test
    void printsNoValue() {
        assertThat(parse("A hidden\n").toString()).doesNotContain("hidden").doesNotContain("A");
    }
}
