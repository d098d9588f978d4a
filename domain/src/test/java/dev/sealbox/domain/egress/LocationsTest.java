package dev.sealbox.domain.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.domain.InvalidValue;
import java.util.List;
import org.junit.jupiter.api.Test;

class LocationsTest {

    @Test
    void areSaidInWords() {
        assertThat(Locations.ALL).hasToString("headers basic path query body");
        assertThat(Locations.parse("")).hasToString("").isEqualTo(Locations.parse(List.of()));
        assertThat(Locations.parse("body headers")).isEqualTo(Locations.parse(List.of("headers", "body", "body")));
        assertThat(Locations.parse("body").has(Location.BODY)).isTrue();
        assertThat(Locations.parse("body").has(Location.PATH)).isFalse();
        assertThatThrownBy(() -> Locations.parse(List.of("Body"))).isInstanceOf(InvalidValue.class);
    }
}
