package dev.sealbox.domain.egress;

import java.util.List;
import java.util.stream.Stream;

/**
 * Addresses that are not the public internet. Nobody may be sent there, whatever a name resolves to.
 *
 * <p>From IANA's special-purpose registries, with multicast, and with the prefixes that carry an IPv4 address inside an
 * IPv6 one refused as a whole.
 */
public final class AddressRanges {
    private static final List<Range> SPECIAL = Stream.of(
                    "0.0.0.0/8", // this network
                    "10.0.0.0/8", // private
                    "100.64.0.0/10", // carrier-grade NAT; some clouds' metadata
                    "127.0.0.0/8", // loopback
                    "169.254.0.0/16", // link-local; metadata
                    "172.16.0.0/12", // private
                    "192.0.0.0/24", // protocol assignments; some clouds' metadata
                    "192.0.2.0/24", // documentation
                    "192.31.196.0/24", // AS112
                    "192.52.193.0/24", // AMT
                    "192.88.99.0/24", // 6to4 relays
                    "192.168.0.0/16", // private
                    "192.175.48.0/24", // AS112
                    "198.18.0.0/15", // benchmarks
                    "198.51.100.0/24", // documentation
                    "203.0.113.0/24", // documentation
                    "224.0.0.0/4", // multicast
                    "240.0.0.0/4", // reserved, broadcast
                    "168.63.129.16/32", // a cloud's host service on a public address
                    "::/8", // unspecified, loopback, IPv4-mapped and -compatible, NAT64
                    "100::/64", // discard
                    "100:0:0:1::/64", // dummy
                    "2001::/23", // protocol assignments, Teredo, ORCHID, benchmarks
                    "2001:db8::/32", // documentation
                    "2002::/16", // 6to4
                    "2620:4f:8000::/48", // AS112
                    "3fff::/20", // documentation
                    "5f00::/16", // segment routing
                    "fc00::/7", // unique local
                    "fe80::/10", // link-local
                    "fec0::/10", // site-local
                    "ff00::/8") // multicast
            .map(Range::parse)
            .toList();

    private AddressRanges() {}

    /** Whether an address, as its 4 or 16 bytes in network order, is in none of them. */
    public static boolean isPublic(byte[] address) {
        return SPECIAL.stream().noneMatch(range -> range.holds(address));
    }

    /** Whether a literal of an address is in none of them; of a name, which says nothing, true. */
    public static boolean isPublic(HostName host) {
        return !host.isAddress() || isPublic(Ipv6.bytes(host.value()));
    }

    private static final class Range {
        private final byte[] prefix;
        private final int bits;

        Range(byte[] prefix, int bits) {
            this.prefix = prefix;
            this.bits = bits;
        }

        static Range parse(String text) {
            int slash = text.indexOf('/');
            return new Range(Ipv6.bytes(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
        }

        boolean holds(byte[] address) {
            if (address.length != prefix.length) {
                return false;
            }
            for (int bit = 0; bit < bits; bit++) {
                int mask = 0x80 >> (bit & 7);
                if (((address[bit >> 3] ^ prefix[bit >> 3]) & mask) != 0) {
                    return false;
                }
            }
            return true;
        }
    }
}
