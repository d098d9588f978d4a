package dev.sealbox.runtime.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class RouterRulesTest {
    private static final GuestLink LINK = new GuestLink("sandbox-n-0011223344556677", "sealbox-n", "100.96.1.255");

    @Test
    void replacesAllRulesInOneStep() {
        assertThat(RouterRules.of(List.of()))
                .startsWith("table inet sealbox\ndelete table inet sealbox\ntable inet sealbox {");
    }

    @Test
    void knowsASandboxByInterfaceHardwareAndNetworkAddress() {
        assertThat(RouterRules.of(List.of(LINK)))
                .contains("elements = { \"sb-646001ff\" . 02:5b:64:60:01:ff . 100.96.1.255 }")
                .contains("iifname . ether saddr . ip saddr != @guests counter drop");
        assertThat(RouterRules.of(List.of())).doesNotContain("elements");
    }

    @Test
    void admitsOnlyTheGatewaysPorts() {
        assertThat(RouterRules.of(List.of()))
                .contains("ip daddr 169.254.169.253 tcp dport { 443, 80, 53, 3128 } accept")
                .contains("ip daddr 169.254.169.253 udp dport 53 accept")
                .contains("policy drop")
                .contains("meta nfproto ipv6 counter drop");
    }

    @Test
    void directsTcpToInventedAddressesToOnePortThatNobodyCanDial() {
        assertThat(RouterRules.of(List.of()))
                .contains("ip daddr 198.18.0.0/15 meta l4proto tcp dnat ip to 169.254.169.253:3129")
                .contains("ip daddr 169.254.169.253 tcp dport 3129 ct status dnat accept");
    }

    @Test
    void forgetsNobodysConnectionsForASandboxThatHasTooMany() {
        assertThat(RouterRules.of(List.of()))
                .contains("ct state new add @connections { iifname ct count over 8192 } counter drop");
    }

    @Test
    void namesADeviceWithinWhatTheKernelAllows() {
        assertThat(LINK.device()).hasSizeLessThanOrEqualTo(15);
    }

    @Test
    void expelsASandboxThatMayBeGoneAlready() {
        assertThat(RouterRules.expel(LINK).lines())
                .satisfiesExactly(
                        first -> assertThat(first).startsWith("add element"),
                        second -> assertThat(second).startsWith("delete element"));
    }
}
