package dev.sealbox.runtime.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.domain.InvalidValue;
import java.util.HashSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressPoolTest {
    @Test
    void handsOutEveryAddressButTheFirstAndTheLast() {
        var pool = AddressPool.of("10.1.2.0/29");
        var taken = new HashSet<String>();
        for (var each = 0; each < 6; each++) {
            taken.add(pool.take());
        }

        assertThat(taken)
                .containsExactlyInAnyOrder("10.1.2.1", "10.1.2.2", "10.1.2.3", "10.1.2.4", "10.1.2.5", "10.1.2.6");
        assertThatThrownBy(pool::take).hasMessageContaining("all 6 addresses");
    }

    @Test
    void usesAReturnedAddressLast() {
        var pool = AddressPool.of("100.96.0.0/16");
        var first = pool.take();
        pool.giveBack(first);

        assertThat(pool.take()).isNotEqualTo(first);
    }

    @Test
    void passesReservedAddressesBy() {
        var pool = AddressPool.of("100.96.255.0/24");
        pool.reserve("100.96.255.1");

        assertThat(pool.take()).isEqualTo("100.96.255.2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "10.0.0.0", "10.0.0.0/31", "10.0.0.0/4", "10.0.0.256/24", "::/64", "10.0.0.0/24 "})
    void refusesWhatIsNoBlock(String block) {
        assertThatThrownBy(() -> AddressPool.of(block)).isInstanceOf(InvalidValue.class);
    }
}
