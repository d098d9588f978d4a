package dev.sealbox.demo.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.demo.chaos.Observation.Found;
import dev.sealbox.demo.chaos.Observation.Given;
import dev.sealbox.demo.chaos.Observation.Listed;
import dev.sealbox.demo.chaos.Observation.Named;
import dev.sealbox.demo.chaos.Observation.Read;
import dev.sealbox.demo.chaos.Observation.Revoked;
import dev.sealbox.demo.chaos.Observation.Used;
import dev.sealbox.demo.chaos.Observation.Write;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** The checker must fail on bad histories, and on no good one. */
class CheckerTest {
    private static final Checker CHECKER = new Checker("0", Duration.ofNanos(100), Duration.ofNanos(10));

    private static List<String> violations(Observation... history) {
        return CHECKER.violations(List.of(history));
    }

    @Test
    void findsAnAcknowledgedChangeThatIsLost() {
        assertThat(violations(new Write("r", "a", 0, 10), new Read("r", "0", 20, 30)))
                .hasSize(1);
        assertThat(violations(new Write("r", "a", 0, 10), new Read("r", "a", 20, 30)))
                .isEmpty();
        assertThat(violations(new Write("r", "a", 0, 25), new Read("r", "0", 20, 30)))
                .isEmpty();
    }

    @Test
    void findsAReadThatGoesBack() {
        assertThat(violations(new Write("r", "a", 0, 100), new Read("r", "a", 10, 20), new Read("r", "0", 30, 40)))
                .hasSize(1);
        assertThat(violations(new Write("r", "a", 0, 100), new Read("r", "0", 10, 20), new Read("r", "a", 30, 40)))
                .isEmpty();
    }

    @Test
    void findsAReadOfWhatNobodyWroteOrOnlyWroteLater() {
        assertThat(violations(new Read("r", "b", 0, 10))).hasSize(1);
        assertThat(violations(new Write("r", "b", 20, 30), new Read("r", "b", 0, 10)))
                .hasSize(1);
    }

    @Test
    void letsWhatWasNotAnsweredHappenAtAnyTimeOrNever() {
        assertThat(violations(new Write("r", "a", 0, Observation.NEVER), new Read("r", "0", 20, 30)))
                .isEmpty();
        assertThat(violations(
                        new Write("r", "a", 0, Observation.NEVER),
                        new Read("r", "0", 20, 30),
                        new Read("r", "a", 40, 50)))
                .isEmpty();
        assertThat(violations(
                        new Write("r", "a", 0, Observation.NEVER),
                        new Read("r", "a", 20, 30),
                        new Read("r", "0", 40, 50)))
                .hasSize(1);
    }

    @Test
    void keepsRegistersApart() {
        assertThat(violations(new Write("r", "a", 0, 10), new Read("s", "0", 20, 30)))
                .isEmpty();
    }

    @Test
    void findsANameThatWasGivenTwiceAndAStoreThatIsGone() {
        assertThat(violations(new Named("n", "1"), new Listed("n", "1"))).isEmpty();
        assertThat(violations(new Named("n", "1"), new Named("n", "2"), new Listed("n", "1"), new Listed("n", "2")))
                .hasSize(1);
        assertThat(violations(new Named("n", "1"))).singleElement().asString().contains("is gone");
        // Made by a request that was not answered.
        assertThat(violations(new Listed("m", "1"))).isEmpty();
    }

    @Test
    void findsAUseAfterARevocation() {
        var given = new Given("s", "v");

        assertThat(violations(given, new Revoked("v", 1000, false), new Used("s", "v", 1005)))
                .isEmpty();
        assertThat(violations(given, new Revoked("v", 1000, false), new Used("s", "v", 1050)))
                .hasSize(1);
        assertThat(violations(given, new Revoked("v", 1000, true), new Used("s", "v", 1050)))
                .isEmpty();
        assertThat(violations(given, new Revoked("v", 1000, true), new Used("s", "v", 1111)))
                .hasSize(1);
    }

    @Test
    void findsAValueInAnotherSandbox() {
        assertThat(violations(new Given("s", "v"), new Given("t", "w"), new Used("t", "v", 5)))
                .singleElement()
                .asString()
                .contains("never this sandbox's");
    }

    /** Against a search of all orders, which is slow and obvious. */
    @RepeatedTest(300)
    void agreesWithASearchOfAllOrders() {
        var seed = new Random().nextLong();
        var random = new Random(seed);
        var operations = new ArrayList<Observation>();
        var values = 1 + random.nextInt(3);
        for (var value = 1; value <= values; value++) {
            var began = random.nextInt(40);
            operations.add(new Write(
                    "r",
                    "" + value,
                    began,
                    random.nextInt(4) == 0 ? Observation.NEVER : began + 1 + random.nextInt(20)));
        }
        for (var reads = random.nextInt(4); reads > 0; reads--) {
            var began = random.nextInt(60);
            operations.add(new Read("r", "" + random.nextInt(values + 1), began, began + 1 + random.nextInt(20)));
        }

        assertThat(CHECKER.violations(operations).isEmpty())
                .as("seed %s: %s", seed, operations)
                .isEqualTo(hasOrder("0", operations));
    }

    private static boolean hasOrder(String state, List<Observation> left) {
        if (left.stream().allMatch(each -> each instanceof Write write && write.ended() == Observation.NEVER)) {
            return true;
        }
        return left.stream()
                .filter(next -> left.stream().noneMatch(other -> ended(other) < began(next)))
                .anyMatch(next -> {
                    var rest = new ArrayList<>(left);
                    rest.remove(next);
                    return next instanceof Write write
                            ? hasOrder(write.value(), rest)
                            : ((Read) next).value().equals(state) && hasOrder(state, rest);
                });
    }

    private static long began(Observation operation) {
        return operation instanceof Write write ? write.began() : ((Read) operation).began();
    }

    private static long ended(Observation operation) {
        return operation instanceof Write write ? write.ended() : ((Read) operation).ended();
    }

    @Test
    void findsADiskThatIsNotWhatWasWritten() {
        assertThat(CHECKER.violations(
                        List.of(new Found("s", "in a fork", 3, 4, "3"), new Found("s", "after a sleep", 4, 4, "4"))))
                .isEmpty();
        for (var text : List.of("2", "5", "", "cat: no such file")) {
            assertThat(CHECKER.violations(List.of(new Found("s", "in a fork", 3, 4, text))))
                    .singleElement()
                    .asString()
                    .contains("is not what was written");
        }
        assertThat(Evidence.missingWithDisks(List.of(new Found("s", "in a fork", 3, 4, "3"))))
                .anyMatch(missing -> missing.equals("only 1 looks in a fork, 4 are needed"))
                .anyMatch(missing -> missing.contains("after a sleep"));
    }

    /** A cluster in which nothing works does nothing wrong, and is not to pass for one that works. */
    @Test
    void isNotEnoughWhereNoSecretWasUsed() {
        var history = new ArrayList<Observation>();
        for (var n = 0; n < 100; n++) {
            history.add(new Write("r", "h" + n, n, n + 1));
            history.add(new Read("r", "h" + n, n, n + 1));
            history.add(new Named("n" + n, "id" + n));
            history.add(new Revoked("v" + n, n, false));
        }
        assertThat(Evidence.missing(history)).hasSize(1).first().asString().contains("used a secret");

        for (var n = 0; n < 20; n++) {
            history.add(new Used("one", "v" + n, n));
            history.add(new Used("two", "w", n));
        }
        assertThat(Evidence.missing(history)).hasSize(1).first().asString().contains("values used by two");

        for (var n = 0; n < 20; n++) {
            history.add(new Used("two", "w" + n, n));
        }
        assertThat(Evidence.missing(history)).isEmpty();
        assertThat(Evidence.missing(List.of())).isNotEmpty();
    }
}
