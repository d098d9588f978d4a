package dev.sealbox.runtime.network;

import static java.util.stream.Collectors.joining;

import dev.sealbox.domain.sandbox.Gateway;
import java.util.Collection;

/** The packet filter of a router namespace, as text for {@code nft -f}. */
final class RouterRules {
    /**
     * Connections and questions of one sandbox that the kernel remembers at once, those that ended in the last ten
     * seconds included. It has room for some 262144 of all sandboxes together, and forgets none of the living.
     */
    static final int CONNECTIONS = 8192;

    /** Seconds for which gVisor remembers a connection that a program in it has closed, and a little more. */
    private static final int CLOSING = 65;

    private RouterRules() {}

    /**
     * All rules at once, replacing those that are there.
     *
     * <p>A packet passes three gates: its interface, hardware and network address are those of one sandbox; names and the
     * web are directed to the gateway wherever they were going, and so is TCP to invented addresses; what then is not for one
     * of the gateway's ports is answered with a reset (TCP) or dropped, and so is what a sandbox begins that has too much
     * open. Nothing is ever forwarded. Who has closed a connection is remembered for a minute.
     */
    static String of(Collection<GuestLink> guests) {
        return """
                table inet sealbox
                delete table inet sealbox
                table inet sealbox {
                  set guests {
                    type ifname . ether_addr . ipv4_addr
                    %s
                  }
                  set connections {
                    type ifname
                    flags dynamic
                    size 65535
                  }
                  set closing {
                    type ipv4_addr
                    flags dynamic,timeout
                    timeout %10$ds
                    size 65535
                  }
                  chain genuine {
                    type filter hook prerouting priority raw; policy accept;
                    iifname "lo" accept
                    meta nfproto ipv6 counter drop
                    iifname . ether saddr . ip saddr != @guests counter drop
                    tcp flags & fin == fin update @closing { ip saddr }
                  }
                  chain directed {
                    type nat hook prerouting priority dstnat; policy accept;
                    iifname "lo" return
                    tcp dport { %3$d, %4$d, %5$d } dnat ip to %2$s
                    udp dport %5$d dnat ip to %2$s
                    ip daddr %7$s meta l4proto tcp dnat ip to %2$s:%8$d
                  }
                  chain admitted {
                    type filter hook prerouting priority filter; policy drop;
                    iifname "lo" accept
                    ct state new add @connections { iifname ct count over %9$d } counter drop
                    ip daddr %2$s tcp dport { %3$d, %4$d, %5$d, %6$d } accept
                    ip daddr %2$s udp dport %5$d accept
                    ip daddr %2$s tcp dport %8$d ct status dnat accept
                    meta l4proto tcp reject with tcp reset
                  }
                  chain answered {
                    type filter hook output priority filter; policy accept;
                    tcp flags & fin == fin update @closing { ip daddr }
                  }
                  chain forwarded {
                    type filter hook forward priority filter; policy drop;
                  }
                }
                """.formatted(
                        elements(guests),
                        Gateway.ADDRESS,
                        Gateway.TLS_PORT,
                        Gateway.HTTP_PORT,
                        Gateway.DNS_PORT,
                        Gateway.PROXY_PORT,
                        Gateway.INVENTED,
                        Gateway.TCP_PORT,
                        CONNECTIONS,
                        CLOSING);
    }

    static String admit(GuestLink guest) {
        return "add element inet sealbox guests { " + element(guest) + " }\n";
    }

    static String expel(GuestLink guest) {
        return "add element inet sealbox guests { %1$s }\ndelete element inet sealbox guests { %1$s }\n"
                .formatted(element(guest));
    }

    private static String elements(Collection<GuestLink> guests) {
        return guests.isEmpty()
                ? ""
                : guests.stream().map(RouterRules::element).collect(joining(", ", "elements = { ", " }"));
    }

    private static String element(GuestLink guest) {
        return "\"" + guest.device() + "\" . " + guest.mac() + " . " + guest.address();
    }
}
