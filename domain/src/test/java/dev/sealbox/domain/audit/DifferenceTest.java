package dev.sealbox.domain.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DifferenceTest {

    @Test
    void namesThePlaceOfEveryChange() {
        var before = Map.<String, Object>of(
                "name",
                "old",
                "hosts",
                List.of("a"),
                "secrets",
                Map.of("GONE", Map.of("version", 1), "KEPT", Map.of("version", 1)));
        var after = Map.<String, Object>of(
                "name",
                "new",
                "hosts",
                List.of("a", "b"),
                "secrets",
                Map.of("KEPT", Map.of("version", 2), "NEW", Map.of("version", 1)));

        assertThat(Difference.between(before, after))
                .extracting(Difference::pointer, Difference::kind)
                .containsExactly(
                        tuple("/hosts", "changed"),
                        tuple("/name", "changed"),
                        tuple("/secrets/GONE", "removed"),
                        tuple("/secrets/KEPT/version", "changed"),
                        tuple("/secrets/NEW", "added"));
    }

    @Test
    void escapesNamesAsPointersDo() {
        assertThat(Difference.between(Map.of(), Map.of("a/b~c", 1)))
                .extracting(Difference::pointer)
                .containsExactly("/a~1b~0c");
    }

    @Test
    void findsNothingBetweenEquals() {
        assertThat(Difference.between(Map.of("a", List.of(1)), Map.of("a", List.of(1))))
                .isEmpty();
    }
}
