package dev.sealbox.domain.egress;

import dev.sealbox.domain.InvalidValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The one text of an IPv6 address (RFC 5952), so that two spellings of it are equal. */
final class Ipv6 {
    private static final int GROUPS = 8;
    private static final int MAPPED = 0xffff;

    private Ipv6() {}

    /**
     * An address in its normal form; one that stands for an IPv4 address ({@code ::ffff:192.0.2.1}) in dotted decimal.
     * Empty for what is no IPv6 address, a zone or a port included.
     */
    static Optional<String> canonical(String text) {
        return text.indexOf(':') < 0 ? Optional.empty() : groups(text).map(Ipv6::text);
    }

    /** The 4 or 16 bytes of an address literal, of either kind. */
    static byte[] bytes(String literal) {
        if (HostName.isIpv4(literal)) {
            var bytes = new byte[4];
            var parts = literal.split("\\.", -1);
            for (var i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) Integer.parseInt(parts[i]);
            }
            return bytes;
        }
        var groups = groups(literal).orElseThrow(() -> new InvalidValue("not an address"));
        var bytes = new byte[2 * GROUPS];
        for (var i = 0; i < GROUPS; i++) {
            bytes[2 * i] = (byte) (groups.get(i) >> 8);
            bytes[2 * i + 1] = (byte) (int) groups.get(i);
        }
        return bytes;
    }

    /** Eight groups, or fewer around one {@code ::}; anything looser would take a name with a port for an address. */
    private static Optional<List<Integer>> groups(String text) {
        var gap = text.indexOf("::");
        if (gap < 0) {
            return numbers(text, true).filter(all -> all.size() == GROUPS);
        }
        var head = numbers(text.substring(0, gap), false);
        var tail = numbers(text.substring(gap + 2), true);
        if (head.isEmpty() || tail.isEmpty() || head.get().size() + tail.get().size() >= GROUPS) {
            return Optional.empty();
        }
        var zeros = IntStream.range(0, GROUPS - head.get().size() - tail.get().size())
                .boxed()
                .map(i -> 0);
        return Optional.of(Stream.of(head.get().stream(), zeros, tail.get().stream())
                .flatMap(part -> part)
                .toList());
    }

    /** Groups between single colons; the last two may be written as an IPv4 address when {@code last}. */
    private static Optional<List<Integer>> numbers(String text, boolean last) {
        var numbers = new ArrayList<Integer>();
        if (text.isEmpty()) {
            return Optional.of(numbers);
        }
        var parts = List.of(text.split(":", -1));
        for (var part : parts) {
            if (part.matches("[0-9a-fA-F]{1,4}")) {
                numbers.add(Integer.parseInt(part, 16));
            } else if (last && numbers.size() == parts.size() - 1 && HostName.isIpv4(part)) {
                var bytes = Stream.of(part.split("\\.")).map(Integer::parseInt).toList();
                numbers.add(bytes.get(0) << 8 | bytes.get(1));
                numbers.add(bytes.get(2) << 8 | bytes.get(3));
            } else {
                return Optional.empty();
            }
        }
        return Optional.of(numbers);
    }

    private static String text(List<Integer> groups) {
        if (groups.get(5) == MAPPED && groups.subList(0, 5).stream().allMatch(group -> group == 0)) {
            return (groups.get(6) >> 8) + "." + (groups.get(6) & 0xff) + "." + (groups.get(7) >> 8) + "."
                    + (groups.get(7) & 0xff);
        }
        var gap = longestGap(groups);
        return gap.length() < 2
                ? hex(groups)
                : hex(groups.subList(0, gap.start())) + "::" + hex(groups.subList(gap.start() + gap.length(), GROUPS));
    }

    private static String hex(List<Integer> groups) {
        return groups.stream().map(Integer::toHexString).collect(Collectors.joining(":"));
    }

    private record Gap(int start, int length) {}

    /** The first of the longest runs of zeros. */
    private static Gap longestGap(List<Integer> groups) {
        var best = new Gap(0, 0);
        var start = 0;
        for (var i = 0; i < GROUPS; i++) {
            if (groups.get(i) != 0) {
                start = i + 1;
            } else if (i + 1 - start > best.length()) {
                best = new Gap(start, i + 1 - start);
            }
        }
        return best;
    }
}
