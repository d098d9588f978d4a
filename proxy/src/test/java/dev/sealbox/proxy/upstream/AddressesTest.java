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
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
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

    @ParameterizedTest
    @ValueSource(
            strings = {
                "169.254.169.254",
                "fd00:ec2::254",
                "192.0.0.192",
                "100.100.100.200",
                "168.63.129.16",
                "0.0.0.0",
                "::",
                "127.0.0.1",
                "::1",
                "10.0.0.1",
                "172.16.0.1",
                "192.168.0.1",
                "100.64.0.1",
                "198.18.0.1",
                "240.0.0.1",
                "224.0.0.1",
                "255.255.255.255",
                "fe80::1",
                "ff02::1",
                "64:ff9b::a9fe:a9fe",
                "64:ff9b:1::a9fe:a9fe",
                "2002:a9fe:a9fe::1",
                "2001:0:a9fe:a9fe::1",
                "::169.254.169.254"
            })
    void dialsNothingWhereAPermittedNameLeadsToASpecialAddress(String special) {
        var open = "93.184.216.34";
        for (var answers : List.of(
                List.of(special),
                List.of(special, open),
                List.of(open, special),
                List.of(open, open, open, open, special))) {
            var rebound = new Addresses(Overrides.parse(""), host -> literals(answers), Runnable::run);

            assertThatThrownBy(() -> of(rebound, "metadata.google.internal")).satisfies(AddressesTest::isForbidden);
        }
    }

    @Test
    void dialsWhatWasCheckedAndChecksAnewWhenANameIsReboundAfterwards() {
        var asked = new AtomicInteger();
        var rebinding = new Addresses(
                Overrides.parse(""),
                host -> literals(List.of(asked.incrementAndGet() == 1 ? "93.184.216.34" : "127.0.0.1")),
                Runnable::run);

        var dialled = of(rebinding, "rebinding.example");

        assertThat(asked).hasValue(1);
        assertThat(dialled).containsExactly(new InetSocketAddress(literals(List.of("93.184.216.34"))[0], 443));
        assertThat(dialled).noneMatch(InetSocketAddress::isUnresolved);
        assertThatThrownBy(() -> of(rebinding, "rebinding.example")).satisfies(AddressesTest::isForbidden);
    }

    private static void isForbidden(Throwable failure) {
        assertThat(failure.getCause())
                .isInstanceOfSatisfying(
                        Unreachable.class, cause -> assertThat(cause.reason()).isEqualTo(Reason.FORBIDDEN_ADDRESS));
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
        return of(addresses, host);
    }

    private static List<InetSocketAddress> of(Addresses asked, String host) {
        return asked.of(new HostName(host), 443).toCompletableFuture().join();
    }

    private static InetAddress[] lookUp(String host) throws UnknownHostException {
        var found = NAMES.get(host);
        if (found == null) {
            throw new UnknownHostException(host);
        }
        return literals(found);
    }

    private static InetAddress[] literals(List<String> addresses) {
        return addresses.stream()
                .map(NetUtil::createInetAddressFromIpAddressString)
                .toArray(InetAddress[]::new);
    }
}
