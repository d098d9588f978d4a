package dev.sealbox.domain.preview;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.identity.SandboxId;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PreviewTest {
    private static final PreviewPort PORT = new PreviewPort(3000);
    private static final PreviewToken TOKEN = PreviewToken.draw(new SecureRandom());
    private static final Preview EXPOSED =
            Preview.NONE.with(new PreviewUrl(UUID.randomUUID(), PORT, "{\"secret\":1}", Instant.EPOCH));

    private static Visit visit(int port, boolean everyPort, String... presented) {
        return new Visit(
                new SandboxId("sb-0123456789abcdef"),
                new PreviewPort(port),
                List.of(presented),
                everyPort,
                Optional.empty(),
                "127.0.0.1",
                "request-1");
    }

    @Test
    void opensWhatWasExposedAndNothingElse() {
        assertThat(EXPOSED.barrier(visit(3000, false))).isEmpty();
        assertThat(EXPOSED.barrier(visit(3001, false))).contains(new PreviewRefusal.NoPreview());
        assertThat(EXPOSED.without(PORT).barrier(visit(3000, false))).contains(new PreviewRefusal.NoPreview());
        assertThat(Preview.NONE.barrier(visit(3001, true))).isEmpty();
    }

    @Test
    void opensEveryPortToWhoHasTheTokenAndNoneToOthers() {
        var guarded = EXPOSED.guardedBy(TOKEN.hash());

        assertThat(guarded.barrier(visit(3001, false, "another-token-of-mine", TOKEN.value())))
                .isEmpty();
        assertThat(guarded.barrier(visit(3000, true))).contains(new PreviewRefusal.NotLetIn(false));
        assertThat(guarded.barrier(visit(3000, true, TOKEN.value().substring(1))))
                .contains(new PreviewRefusal.NotLetIn(true));
        assertThat(guarded.barrier(visit(3000, true, TOKEN.hash().hex())))
                .as("who has read the database has no token")
                .contains(new PreviewRefusal.NotLetIn(true));
        assertThat(guarded.guardedBy(PreviewToken.draw(new SecureRandom()).hash())
                        .barrier(visit(3000, false, TOKEN.value())))
                .as("a former token")
                .contains(new PreviewRefusal.NotLetIn(true));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 65_536, Integer.MAX_VALUE})
    void knowsWhatIsNoPort(int number) {
        assertThatThrownBy(() -> new PreviewPort(number)).isInstanceOf(InvalidValue.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "03000", "+3000", "65536", "999999", " 80", "0x50", "\u0663\u0660\u0660\u0660"})
    void readsNoPortFromAnythingElse(String text) {
        assertThatThrownBy(() -> PreviewPort.parse(text)).isInstanceOf(InvalidValue.class);
    }

    @Test
    void hidesTokens() {
        assertThat(TOKEN.value()).matches("[A-Za-z0-9_-]{43}");
        assertThat(TOKEN + " " + TOKEN.hash() + EXPOSED + visit(1, false, TOKEN.value()))
                .doesNotContain(TOKEN.value(), TOKEN.hash().hex(), "secret");
    }
}
