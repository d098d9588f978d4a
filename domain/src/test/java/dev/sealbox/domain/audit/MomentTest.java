package dev.sealbox.domain.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.Recorded;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MomentTest {
    private static final Instant NOON = Instant.parse("2026-01-31T12:00:00Z");

    @Test
    void isATimeOrANumber() {
        assertThat(Moment.parse("at", "2026-01-31T12:00:00Z")).isEqualTo(new Moment.At(NOON));
        assertThat(Moment.parse("at", "2026-01-31T13:00:00+01:00")).isEqualTo(new Moment.At(NOON));
        assertThat(Moment.parse("at", "17")).isEqualTo(new Moment.Sequence(17));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0",
                "-1",
                "007",
                "1.5",
                "now",
                "2026-01-31",
                "2026-01-31T12:00:00",
                "2026-02-31T12:00:00Z",
                "1234567890123456789",
                "+999999999-01-01T00:00:00Z",
                "1969-12-31T23:59:59Z",
                "10000-01-01T00:00:00Z",
                "2026-01-31T12:00:00Z<script>"
            })
    void isNothingElse(String text) {
        assertThatThrownBy(() -> Moment.parse("at", text))
                .isInstanceOf(InvalidValue.class)
                .hasMessageStartingWith("at is no time")
                .hasMessageNotContaining("script");
    }

    @Test
    void neverLetsTimeRunBackwardsInAHistory() {
        var origin = Origin.system(new OrganizationId("acme"));
        var replay = Replay.<List<Integer>, Integer>from(List.of(), (seen, event) -> List.of(event.event()))
                .next(1, new Recorded<>(1, origin, NOON))
                .next(2, new Recorded<>(2, origin, NOON.minusSeconds(5)));

        assertThat(replay.at()).isEqualTo(NOON);
        assertThat(replay.state()).containsExactly(2);
    }
}
