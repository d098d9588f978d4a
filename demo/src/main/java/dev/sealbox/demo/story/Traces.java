package dev.sealbox.demo.story;

import java.util.ArrayList;
import java.util.List;

/**
 * Byte sequences that are looked for at once: one walk over the bytes finds all of them, however many they are. Two
 * bytes choose those that may begin at a place.
 */
final class Traces {
    private static final int HEADS = 1 << 16;

    private final List<List<byte[]>> byHead = new ArrayList<>(HEADS);
    private final int longest;

    /** @param traces each of two bytes or more, with a byte that is not zero */
    Traces(List<byte[]> traces) {
        for (int head = 0; head < HEADS; head++) {
            byHead.add(List.of());
        }
        for (var trace : traces) {
            int head = head(trace[0], trace[1]);
            var more = new ArrayList<>(byHead.get(head));
            more.add(trace);
            byHead.set(head, more);
        }
        this.longest = traces.stream().mapToInt(trace -> trace.length).max().orElse(1);
    }

    /** The length of the longest, bytes. */
    int longest() {
        return longest;
    }

    /** Those that are in the first {@code length} bytes, as often as they are. */
    List<byte[]> in(byte[] bytes, int length) {
        var found = new ArrayList<byte[]>();
        for (int at = 0; at + 1 < length; at++) {
            var candidates = byHead.get(head(bytes[at], bytes[at + 1]));
            if (!candidates.isEmpty()) {
                for (var trace : candidates) {
                    if (begins(bytes, at, length, trace)) {
                        found.add(trace);
                    }
                }
            }
        }
        return found;
    }

    private static int head(byte first, byte second) {
        return ((first & 0xff) << 8) | (second & 0xff);
    }

    private static boolean begins(byte[] bytes, int at, int length, byte[] trace) {
        if (at + trace.length > length) {
            return false;
        }
        for (int i = 2; i < trace.length; i++) {
            if (bytes[at + i] != trace[i]) {
                return false;
            }
        }
        return true;
    }
}
