package dev.sealbox.domain.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.checkpoint.CheckpointEvent;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.preview.PreviewAddress;
import dev.sealbox.domain.preview.PreviewPort;
import dev.sealbox.domain.sandbox.Limits;
import dev.sealbox.domain.sandbox.SandboxEvent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which events are told, with what, to whom, how often. */
class WebhookRulesTest {
    private static final PreviewAddress PREVIEWS = new PreviewAddress("https", "previews.test");
    private static final SandboxId SANDBOX = new SandboxId("sb-0000000000000001");

    @Test
    void filtersByTypeAndByPrefix() {
        var filter = EventFilter.parse(List.of("sandbox.stopped", "sandbox.checkpoint.*", "sandbox.stopped"));

        assertThat(Arrays.stream(EventType.values()).filter(filter::accepts))
                .containsExactly(EventType.STOPPED, EventType.CHECKPOINT_CREATED);
        assertThat(filter.texts()).containsExactly("sandbox.stopped", "sandbox.checkpoint.*");
        assertThat(EventType.values()).allMatch(EventFilter.ALL::accepts);
        assertThat(EventType.values()).allMatch(EventFilter.parse(List.of("sandbox.*"))::accepts);
        assertThat(filter.sample()).isEqualTo(EventType.STOPPED);
        assertThat(EventFilter.ALL.sample()).isEqualTo(EventType.TEST);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "*", "sandbox", "sandbox.", "sandbox*", "box.*", "sandbox.gone", "sandbox.stopped.*", ".*"})
    void refusesTypesThatAreNone(String text) {
        assertThatThrownBy(() -> EventFilter.parse(List.of(text))).isInstanceOf(InvalidValue.class);
    }

    @Test
    void makesTheKeyThatClientsMake() {
        var drawn = SigningSecret.random(new Random(1));

        assertThat(drawn.text()).startsWith("whsec_").hasSize(50);
        assertThat(drawn.key())
                .isEqualTo(Base64.getDecoder().decode(drawn.text().substring(6)));
        assertThat(new SigningSecret("whsec_MTIzNDU2Nzg5MGFiY2RlZg").key())
                .as("without padding")
                .isEqualTo("1234567890abcdef".getBytes(StandardCharsets.US_ASCII));
        assertThat(new SigningSecret("whsec_not-base64-at-all!").key())
                .isEqualTo("whsec_not-base64-at-all!".getBytes(StandardCharsets.US_ASCII));
        assertThat(drawn).hasToString("redacted");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "short", "whsec_short", "sixteen letters and a space", "line\r\nbreak-and-more-text"})
    void refusesSecretsThatAreNoneWithoutQuotingThem(String text) {
        assertThatThrownBy(() -> new SigningSecret(text))
                .isInstanceOf(InvalidValue.class)
                .extracting(Throwable::getMessage)
                .asString()
                .matches(message -> text.isEmpty() || !message.contains(text));
    }

    @Test
    void triesAgainLaterAndLater() {
        var retries = new Retries(Duration.ofSeconds(5), Duration.ofHours(6), 10);

        assertThat(retries.after(1, 0.5)).contains(Duration.ofSeconds(5));
        assertThat(retries.after(2, 0.5)).contains(Duration.ofSeconds(25));
        assertThat(retries.after(9, 0.5)).contains(Duration.ofHours(6));
        assertThat(retries.after(9, 1)).contains(Duration.ofMinutes(396));
        assertThat(retries.after(1, 0)).contains(Duration.ofMillis(4500));
        assertThat(retries.after(10, 0.5)).isEmpty();
    }

    @Test
    void tellsWhatHappensToSandboxes() {
        assertThat(Happening.of(
                        SANDBOX, new SandboxEvent.SandboxLost("its host is gone; secret inner words"), PREVIEWS))
                .contains(new Happening(EventType.STOPPED, SANDBOX, Map.of("reason", "crash")));
        assertThat(Happening.of(SANDBOX, new SandboxEvent.SandboxStopped(), PREVIEWS))
                .contains(new Happening(EventType.STOPPED, SANDBOX, Map.of("reason", "user_requested")));
        assertThat(Happening.of(SANDBOX, new SandboxEvent.SandboxScaled(new Limits(2, 4096, 20480), true), PREVIEWS))
                .contains(new Happening(EventType.SCALED, SANDBOX, Map.of("cpuCount", 2, "memoryMB", 4096)));
        assertThat(Happening.of(SANDBOX, new SandboxEvent.TagsReplaced(Map.of("a", "b")), PREVIEWS))
                .isEmpty();
    }

    @Test
    void tellsWhereAPortIsReachedNow() {
        var port = new PreviewPort(3000);
        var url = "https://" + SANDBOX + "-p3000.previews.test";

        assertThat(Happening.of(SANDBOX, new SandboxEvent.PortExposed(port, UUID.randomUUID(), "{}"), PREVIEWS))
                .contains(new Happening(
                        EventType.PREVIEW_URL_CHANGED, SANDBOX, Map.of("port", 3000, "url", Optional.of(url))));
        assertThat(Happening.of(SANDBOX, new SandboxEvent.PortClosed(port), PREVIEWS))
                .contains(new Happening(
                        EventType.PREVIEW_URL_CHANGED, SANDBOX, Map.of("port", 3000, "url", Optional.empty())));
    }

    @Test
    void tellsWhatHappensToCheckpoints() {
        var checkpoint = new CheckpointId(UUID.randomUUID());
        var fork = new SandboxId("sb-0000000000000002");

        assertThat(Happening.of(checkpoint, Optional.of(SANDBOX), new CheckpointEvent.CheckpointReady(1, false)))
                .contains(new Happening(
                        EventType.CHECKPOINT_CREATED, SANDBOX, Map.of("checkpointId", checkpoint.toString())));
        assertThat(Happening.of(checkpoint, Optional.of(SANDBOX), new CheckpointEvent.CheckpointForked(fork)))
                .contains(new Happening(EventType.FORKED, fork, Map.of("parentId", SANDBOX.value())));
        assertThat(Happening.of(checkpoint, Optional.empty(), new CheckpointEvent.CheckpointForked(fork)))
                .as("of another organisation")
                .contains(new Happening(EventType.FORKED, fork, Map.of("parentId", checkpoint.toString())));
        assertThat(Happening.of(checkpoint, Optional.empty(), new CheckpointEvent.CheckpointReady(1, false)))
                .isEmpty();
    }
}
