package dev.sealbox.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class EmptyingTest {
    private final Emptying emptying = new Emptying("h1", Duration.ofNanos(100), 0);

    private static JsonNode hosts(String... all) {
        try {
            return new JsonMapper().readTree("[" + String.join(",", all) + "]");
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static String host(String id, boolean draining, boolean emptied, int onlyHere) {
        return """
                {"id":"%s","draining":%s,"emptied":%s,"awake":0,"unshared":0,"onlyHere":%d}""".formatted(id, draining, emptied, onlyHere);
    }

    @Test
    void isDoneWhenTheHostSaysSoAndNotWhenNothingRunsThereYet() {
        assertThat(emptying.isDone(hosts(host("h1", true, false, 0), host("h2", true, true, 0)), 10))
                .isFalse();
        assertThat(emptying.isDone(hosts(host("h1", true, true, 0)), 20)).isTrue();
    }

    @Test
    void waitsForAHostThatIsRestartedAndForNewsOfTheOrder() {
        assertThat(emptying.isDone(hosts(host("h1", false, false, 0)), 50)).isFalse();
        assertThat(emptying.isDone(hosts(host("h1", true, false, 0)), 90)).isFalse();
        assertThat(emptying.isDone(hosts(), 180)).isFalse();
        assertThat(emptying.isDone(hosts(host("h1", true, true, 0)), 260)).isTrue();
    }

    @Test
    void failsForAHostThatHasLeft() {
        assertThat(emptying.isDone(hosts(host("h1", true, false, 0)), 50)).isFalse();

        assertThatThrownBy(() -> emptying.isDone(hosts(host("h2", true, true, 0)), 151))
                .isInstanceOf(CannotRun.class)
                .hasMessageContaining("has left the cluster before it was empty");
    }

    @Test
    void failsWhenSomebodyHasUndrainedIt() {
        assertThat(emptying.isDone(hosts(host("h1", true, false, 0)), 50)).isFalse();

        assertThatThrownBy(() -> emptying.isDone(hosts(host("h1", false, false, 0)), 151))
                .isInstanceOf(CannotRun.class)
                .hasMessageContaining("undrained");
    }

    @Test
    void tellsOfSandboxesThatSleepThereOnly() {
        emptying.refuseWhatIsOnlyThere(hosts(host("h1", true, true, 0), host("h2", true, true, 7)));

        assertThatThrownBy(() -> emptying.refuseWhatIsOnlyThere(hosts(host("h1", true, true, 3))))
                .isInstanceOf(CannotRun.class)
                .hasMessageContaining("3 of the sandboxes");
    }
}
