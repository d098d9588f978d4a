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
    void keepsTokensAndWhatStayedTheSameWhenItIsReadAgain() {
        var former = parse("KEPT same\n" + TOKEN + " old\nGONE x\n");

        var now = parse("NEW y\n" + TOKEN + " new\nKEPT same\n").after(former);

        var kept = now.secrets().getLast();
        assertThat(kept.token()).isEqualTo(former.secrets().getFirst().token());
        assertThat(kept.key()).isEqualTo(former.secrets().getFirst().key());
        assertThat(kept.version()).isEqualTo(1);
        assertThat(kept.made()).isFalse();
        var rotated = now.secrets().get(1);
        assertThat(rotated.name()).isEqualTo(former.secrets().get(1).name());
        assertThat(rotated.version()).isEqualTo(2);
        assertThat(value(now, rotated)).isEqualTo("new");
        assertThat(now.secrets().getFirst().made()).isTrue();
        assertThat(now.values()).hasSize(3);
    }

    @Test
    void countsVersionsOnFromReadingToReading() {
        var second = parse("A two\n").after(parse("A one\n"));

        var third = parse("A three\n").after(second);

        assertThat(third.secrets().getFirst().version()).isEqualTo(3);
    }

    @Test
    void printsNoValue() {
        assertThat(parse("A hidden\n").toString()).doesNotContain("hidden").doesNotContain("A");
    }
}
