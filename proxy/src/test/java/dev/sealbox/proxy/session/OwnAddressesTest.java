package dev.sealbox.proxy.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.egress.HostName;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class OwnAddressesTest {
    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);
    private final OwnAddresses addresses = new OwnAddresses(now::get);

    private static HostName name(int number) {
        return new HostName("h" + number + ".example.com");
    }

    @Test
    void areStableAndEachOfOneName() {
        var all = new HashSet<InetAddress>();
        for (int i = 0; i < OwnAddresses.MOST; i++) {
            var address = addresses.of(name(i));
            assertThat(address.getHostAddress()).matches("198\\.1[89]\\..*");
            assertThat(address.getHostAddress()).doesNotStartWith("198.18.0.").doesNotStartWith("198.19.255.");
            all.add(address);
        }
        assertThat(all).hasSize(OwnAddresses.MOST);
        for (int i = 0; i < OwnAddresses.MOST; i++) {
            var address = addresses.of(name(i));
            assertThat(all).contains(address);
            assertThat(addresses.at(address)).isEqualTo(name(i));
        }
        assertThat(new OwnAddresses(now::get).of(name(7))).isEqualTo(addresses.of(name(7)));
    }

    @Test
    void meanNothingThatNobodyAskedFor() throws Exception {
        addresses.of(name(1));

        for (var other :
                new String[] {"198.18.0.1", "127.0.0.1", "0.0.0.0", "255.255.255.255", "::1", "198.19.255.255"}) {
            assertThat(addresses.at(InetAddress.getByName(other))).isNull();
        }
    }

    @Test
    void makeRoomForNewOnesByTheLeastUsed() {
        var first = addresses.of(name(0));
        var second = addresses.of(name(1));
        for (int i = 2; i < OwnAddresses.MOST; i++) {
            addresses.of(name(i));
        }
        assertThat(addresses.at(first)).isEqualTo(name(0));
        for (int i = 0; i < 10_000; i++) {
            addresses.of(new HostName("x" + i + ".evil.test"));
            addresses.of(name(0));
        }

        assertThat(addresses.at(first)).isEqualTo(name(0));
        assertThat(addresses.at(second)).isNotEqualTo(name(1));
    }

    @Test
    void areForgottenWhenNobodyUsesThem() {
        var kept = addresses.of(name(1));
        var forgotten = addresses.of(name(2));
        now.addAndGet(OwnAddresses.KEPT.minus(Duration.ofSeconds(1)).toNanos());
        assertThat(addresses.at(kept)).isEqualTo(name(1));
        now.addAndGet(Duration.ofSeconds(2).toNanos());

        assertThat(addresses.at(kept)).isEqualTo(name(1));
        assertThat(addresses.at(forgotten)).isNull();
    }
}
