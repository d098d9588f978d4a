package dev.sealbox.runtime.network;

import dev.sealbox.domain.sandbox.Gateway;
import java.util.HexFormat;

/**
 * One sandbox's wire to the router, and the commands that lay it. Neighbours are fixed on both ends and ARP is off, so
 * that there is nobody to ask and nobody to lie. A sandbox in gVisor has a network stack of its own, which knows nothing
 * of fixed neighbours: to it the router answers where the gateway is, and still asks and believes nobody.
 *
 * @param namespace the sandbox's network namespace
 * @param router the node's router namespace
 * @param address the sandbox's IPv4 address
 */
record GuestLink(String namespace, String router, String address) {
    static final String ROUTER_MAC = "02:5b:00:00:00:01";

    /** The router's end; 11 of the 15 characters that a name may have, and as unique there as the address. */
    String device() {
        return "sb-" + HexFormat.of().toHexDigits(AddressPool.number(address));
    }

    String mac() {
        var digits = HexFormat.of().withDelimiter(":").formatHex(octets());
        return "02:5b:" + digits;
    }

    private byte[] octets() {
        var number = AddressPool.number(address);
        return new byte[] {(byte) (number >>> 24), (byte) (number >>> 16), (byte) (number >>> 8), (byte) number};
    }

    /** For {@code ip -batch} on the host. */
    String pair() {
        return """
                netns add %s
                link add %s address %s netns %s type veth peer name eth0 address %s netns %s
                """.formatted(namespace, device(), ROUTER_MAC, router, mac(), namespace);
    }

    /** For {@code ip -batch} in the sandbox's namespace; harmless where it is so already. */
    String guestEnd() {
        return """
                link set lo up
                link set eth0 arp off up
                address replace %s/32 dev eth0
                route replace %2$s dev eth0
                route replace default via %2$s dev eth0
                neigh replace %2$s lladdr %3$s dev eth0 nud permanent
                """.formatted(address, Gateway.ADDRESS, ROUTER_MAC);
    }

    /** For {@code ip -batch} in the router's namespace. */
    String routerEnd(boolean answersArp) {
        return """
                link set %1$s arp %4$s up
                route replace %2$s/32 dev %1$s
                neigh replace %2$s lladdr %3$s dev %1$s nud permanent
                """.formatted(device(), address, mac(), answersArp ? "on" : "off");
    }
}
