package dev.sealbox.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.egress.HostName;
import dev.sealbox.proxy.upstream.Unreachable.Reason;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressesTest {
    private static final Map<String, List<String>> NAMES = Map.of(
            "public.example", List.of("93.184.216.34", "2606:2800:220:1::1"),
            "private.example", List.of("10.1.2.3"),
            "mixed.example", List.of("93.184.216.34", "192.168.1.1"),
            "mixed6.example", List.of("93.184.216.34", "fd00::1"),
            "10.9.8.7", List.of("10.9.8.7"));

    private final Addresses addresses = new Addresses(
            Overrides.parse("git.test=10.9.8.7:8443, *.inner.test=10.9.8.7:9443"),
            AddressesTest::lookUp,
            Runnable::run);

    @Test
    void dialsTheAddressesThatWereChecked() {
        assertThat(of("public.example"))
                .extracting(address -> address.getAddress().getHostAddress())
                .containsExactly("93.184.216.34", "2606:2800:220:1:0:0:0:1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"private.example", "mixed.example", "mixed6.example"})
    void dialsNothingWhenAnyAddressIsNotPublic(String host) {
        assertThatThrownBy(() -> of(host))
                .isInstanceOfSatisfying(
                        CompletionException.class,
                        e -> assertThat(e.getCause())
                                .isInstanceOfSatisfying(
                                        Unreachable.class,
                                        cause -> assertThat(cause.reason()).isEqualTo(Reason.FORBIDDEN_ADDRESS)));
    }

    @Test
    void saysSoWhenANameDoesNotResolve() {
        assertThatThrownBy(() -> of("nowhere.example"))
                .hasCauseInstanceOf(Unreachable.class)
                .cause()
                .hasMessageContaining("resolve");
    }

    @Test
    void dialsWhereTheOperatorSaysWhateverThatAddressIs() {
        assertThat(of("git.test")).extracting(InetSocketAddress::getPort).containsExactly(8443);
        assertThat(of("a.b.inner.test")).extracting(InetSocketAddress::getPort).containsExactly(9443);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"x", "x=", "x=1.2.3.4", "x=1.2.3.4:", "x=1.2.3.4:0", "x=1.2.3.4:70000", "=1.2.3.4:5", "x=:5"})
    void refusesAnOverrideThatIsNone(String text) {
        assertThatThrownBy(() -> Overrides.parse(text)).isInstanceOf(InvalidValue.class);
    }

    private List<InetSocketAddress> of(String host) {
        return addresses
                .of(new Origin(new HostName(host), true))
                .toCompletableFuture()
                .join();
    }

    private static InetAddress[] lookUp(String host) throws UnknownHostException {
        var found = NAMES.get(host);
        if (found == null) {
            throw new UnknownHostException(host);
        }
        return Arrays.stream(found.toArray(String[]::new))
                .map(NetUtil::createInetAddressFromIpAddressString)
                .toArray(InetAddress[]::new);
    }
}
