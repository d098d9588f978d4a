package dev.sealbox.runtime.network;

import dev.sealbox.domain.InvalidValue;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The IPv4 addresses of a node's sandboxes. Hands them out in turn, so that one that was given back is not used again
 * soon. Thread-safe.
 */
public final class AddressPool {
    private static final Pattern BLOCK = Pattern.compile("(\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3})/(\\d{1,2})");
    private final int first;
    private final int size;
    private final Set<Integer> taken = new HashSet<>();
    private int next = 1;

    private AddressPool(int first, int size) {
        this.first = first;
        this.size = size;
    }

    /** Reads a block such as {@code 100.96.0.0/16}, with a prefix of 8 to 30 bits. */
    public static AddressPool of(String block) {
        var form = BLOCK.matcher(block);
        if (!form.matches()) {
            throw new InvalidValue("the address pool is not of the form 100.96.0.0/16");
        }
        var prefix = Integer.parseInt(form.group(2));
        if (prefix < 8 || prefix > 30) {
            throw new InvalidValue("the address pool's prefix is not between 8 and 30");
        }
        var size = 1 << (32 - prefix);
        return new AddressPool(number(form.group(1)) & -size, size);
    }

    /** A free address; never the first or the last of the block. */
    public synchronized String take() {
        for (var tried = 0; tried < size; tried++) {
            var candidate = next;
            next = (next + 1) % size;
            if (candidate != 0 && candidate != size - 1 && taken.add(candidate)) {
                return text(first + candidate);
            }
        }
        throw new IllegalStateException("all " + taken.size() + " addresses of sandboxes are in use");
    }

    /** Marks an address as used, such as one that an earlier process of this node gave out. */
    public synchronized void reserve(String address) {
        taken.add(number(address) - first);
    }

    public synchronized void giveBack(String address) {
        taken.remove(number(address) - first);
    }

    /** The last 16 bits of an address: unlike those of any other sandbox of a node whose block is no larger. */
    public static int numberOf(String address) {
        return number(address) & 0xFFFF;
    }

    static int number(String address) {
        var number = 0;
        for (var part : address.split("\\.", -1)) {
            var octet = Integer.parseInt(part);
            if (octet > 255) {
                throw new InvalidValue("an octet of an address is above 255");
            }
            number = number << 8 | octet;
        }
        return number;
    }

    private static String text(int number) {
        return (number >>> 24) + "." + (number >>> 16 & 255) + "." + (number >>> 8 & 255) + "." + (number & 255);
    }
}
