package dev.sealbox.proxy.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.egress.HostName;
import dev.sealbox.proxy.TestPolicy;
import dev.sealbox.proxy.TestVault;
import dev.sealbox.proxy.codec.Field;
import dev.sealbox.proxy.codec.Fields;
import dev.sealbox.proxy.codec.RequestHead;
import dev.sealbox.proxy.tunnel.RequestCheck.Verdict;
import dev.sealbox.proxy.upstream.Origin;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestCheckTest {
    private static final HostName API = new HostName("api.example.com");

    private final RequestCheck check =
            check("api.example.com", "*.wild.example", "93.184.216.34", "127.0.0.1", "b\u00fccher.example");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "api.example.com:443",
                "API.Example.COM:443",
                "api.example.com.:443",
                "a.wild.example:443",
                "a.b.wild.example:443",
                "xn--bcher-kva.example:443",
                "93.184.216.34:443"
            })
    void opensATunnelToAPermittedHost(String target) {
        assertThat(check.explicit(head("CONNECT", target, target))).isInstanceOf(Verdict.Tunnel.class);
    }

    @ParameterizedTest
    @CsvSource({
        "evil.example:443, egress.host-not-allowed",
        "wild.example:443, egress.host-not-allowed",
        "badwild.example:443, egress.host-not-allowed",
        "api.example.com.evil.example:443, egress.host-not-allowed",
        "api.example.com:80, egress.port-not-allowed",
        "api.example.com:22, egress.port-not-allowed",
        "api.example.com, request.bad-host",
        "api.example.com:, request.bad-host",
        "api.example.com:443x, request.bad-host",
        "user@api.example.com:443, request.bad-host",
        "api.example.com%00.evil.example:443, request.bad-host",
        "https://api.example.com:443, request.bad-host",
        "8.8.8.8:443, egress.address-not-allowed",
        "127.0.0.1:443, egress.address-not-allowed",
        "2130706433:443, request.bad-host",
        "0x7f000001:443, request.bad-host",
        "0177.0.0.1:443, request.bad-host",
        "127.1:443, request.bad-host",
        "[::1]:443, egress.address-not-allowed",
        "[::ffff:127.0.0.1]:443, egress.address-not-allowed",
        "[fe80::1%25eth0]:443, request.bad-host",
        "::1:443, request.bad-host",
    })
    void refusesATunnelAnywhereElse(String target, String code) {
        assertThat(code(check.explicit(head("CONNECT", target, "x")))).isEqualTo(code);
    }

    @Test
    void refusesAddressesUnlessTheyAreNamedEvenWhenEveryHostIsPermitted() {
        assertThat(code(check().explicit(head("CONNECT", "93.184.216.34:443", "x"))))
                .isEqualTo("egress.address-not-allowed");
        assertThat(code(check("*").explicit(head("CONNECT", "93.184.216.34:443", "x"))))
                .isEqualTo("egress.address-not-allowed");
    }

    @Test
    void forwardsPlainRequestsOfBothForms() {
        assertThat(check.explicit(head("GET", "http://api.example.com/a?b", "api.example.com")))
                .isEqualTo(new Verdict.Forward(new Origin(API, false), "/a?b"));
        assertThat(check.explicit(head("GET", "http://api.example.com?b", "api.example.com")))
                .isEqualTo(new Verdict.Forward(new Origin(API, false), "/?b"));
        assertThat(check.plain(head("GET", "/a", "api.example.com")))
                .isEqualTo(new Verdict.Forward(new Origin(API, false), "/a"));
        assertThat(check.plain(head("GET", "http://api.example.com:80/a", "api.example.com:80")))
                .isEqualTo(new Verdict.Forward(new Origin(API, false), "/a"));
    }

    @ParameterizedTest
    @CsvSource({
        "GET, https://api.example.com/, api.example.com, request.bad-target",
        "GET, ftp://api.example.com/, api.example.com, request.bad-target",
        "GET, /a, api.example.com, request.bad-target",
        "GET, http://evil.example/, evil.example, egress.host-not-allowed",
        "GET, http://api.example.com:8080/, api.example.com, egress.port-not-allowed",
        "GET, http://api.example.com/, evil.example, egress.host-mismatch",
        "GET, http://evil.example/, api.example.com, egress.host-mismatch",
        "GET, http://api.example.com@evil.example/, api.example.com, request.bad-host",
        "TRACE, http://api.example.com/, api.example.com, egress.method-not-allowed",
    })
    void refusesOtherExplicitRequests(String method, String target, String host, String code) {
        assertThat(code(check.explicit(head(method, target, host)))).isEqualTo(code);
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /, evil.example, egress.host-mismatch",
        "GET, /, api.example.com:8443, egress.port-not-allowed",
        "GET, https://evil.example/, api.example.com, request.bad-target",
        "GET, http://api.example.com/, api.example.com, request.bad-target",
        "GET, //evil.example/, evil.example, egress.host-mismatch",
        "CONNECT, other.example:443, api.example.com, egress.method-not-allowed",
        "TRACE, /, api.example.com, egress.method-not-allowed",
        "TRACK, /, api.example.com, egress.method-not-allowed",
        "GET, *, api.example.com, request.bad-target",
    })
    void refusesRequestsInATunnelThatAreForAnybodyElse(String method, String target, String host, String code) {
        assertThat(code(check.inTunnel(head(method, target, host), API))).isEqualTo(code);
    }

    @Test
    void forwardsRequestsInATunnelThatNameItsHost() {
        for (var host : List.of("api.example.com", "API.EXAMPLE.COM", "api.example.com:443", "api.example.com.")) {
            assertThat(check.inTunnel(head("POST", "/x", host), API))
                    .isEqualTo(new Verdict.Forward(new Origin(API, true), "/x"));
        }
    }

    private static RequestCheck check(String... allowed) {
        var policy = new TestPolicy(new TestVault()).allow(allowed).next();
        return new RequestCheck(
                policy, host -> host.value().startsWith("127.") || host.value().contains("::"));
    }

    private static String code(Verdict verdict) {
        return verdict instanceof Verdict.Refused(var problem) ? problem.code() : verdict.toString();
    }

    private static RequestHead head(String method, String target, String host) {
        return new RequestHead(method, target, false, new Fields(List.of(new Field("Host", host))));
    }
}
