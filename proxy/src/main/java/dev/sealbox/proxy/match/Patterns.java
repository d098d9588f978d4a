package dev.sealbox.proxy.match;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Byte strings to be found together in one pass, and what takes the place of each.
 *
 * <p>Where several begin at the same byte the longest wins. A search skips ahead by up to the shortest pattern's length
 * (Wu and Manber's shift table over pairs of bytes), so its cost falls with that length. Immutable but for {@link #wipe};
 * thread-safe.
 */
public final class Patterns {
    /** Nothing to find. */
    public static final Patterns EMPTY = new Patterns(List.of());

    /** The shortest pattern there can be. */
    public static final int MIN_LENGTH = 2;

    private static final int MIN_PAIRS = 1 << 8;
    private static final int MAX_PAIRS = 1 << 13;
    private static final int[] NONE = {};
    private static final int MISS = -2;

    /** {@link #indexOf} of a {@link #find} result that is no match: what follows cannot be decided yet. */
    public static final int UNDECIDED = -1;

    private final byte[][] patterns;
    private final byte[] @Nullable [] replacements;
    private final Object[] meanings;
    private final int[] digits;
    private final boolean[] kept;
    private final boolean[] anyCase;
    private final int shortest;
    private final int longest;
    private final int[] shifts;
    private final int[][] candidates;

    /** In the order of their bytes: those that begin alike stand together. */
    private int[] sorted;

    /** Those whose letters may be of either case; few. */
    private int[] folded;

    /** One thing to find, and what takes its place. */
    public static final class Entry {
        private final byte[] pattern;
        private final byte @Nullable [] replacement;
        private final Object meaning;
        private final int digits;
        private final boolean kept;
        private final boolean anyCase;

        /**
         * Takes the arrays over.
         *
         * @param replacement null where a match must be refused, see {@link Replacer.Forbidden}
         */
        public Entry(byte[] pattern, byte @Nullable [] replacement) {
            this(pattern, replacement, "");
        }

        /** As above; {@code meaning} is what a message's {@link Growth} is told when it is replaced. */
        public Entry(byte[] pattern, byte @Nullable [] replacement, Object meaning) {
            this(pattern, replacement, meaning, 0, false, false);
        }

        private Entry(
                byte[] pattern,
                byte @Nullable [] replacement,
                Object meaning,
                int digits,
                boolean kept,
                boolean anyCase) {
            this.pattern = pattern;
            this.replacement = replacement;
            this.meaning = meaning;
            this.digits = digits;
            this.kept = kept;
            this.anyCase = anyCase;
        }

        /** Something that is found and told of, and stays as it is. */
        public static Entry kept(byte[] pattern, Object meaning) {
            return new Entry(pattern, null, meaning, 0, true, false);
        }

        /** The same, of all that begins with {@code pattern} and goes on with so many lower-case hex digits. */
        public static Entry kept(byte[] pattern, int digits, Object meaning) {
            return new Entry(pattern, null, meaning, digits, true, false);
        }

        /** As without digits, in whatever case its ASCII letters are; {@code pattern} has lower-case ones only. */
        public static Entry keptInAnyCase(byte[] pattern, Object meaning) {
            return new Entry(pattern, null, meaning, 0, true, true);
        }

        private int length() {
            return pattern.length + digits;
        }

        byte[] pattern() {
            return pattern;
        }

        byte @Nullable [] replacement() {
            return replacement;
        }
    }

    /** Takes the arrays over. Of equal patterns the first counts. */
    public Patterns(List<Entry> entries) {
        var distinct = new ArrayList<Entry>();
        var seen = new HashSet<ByteBuffer>();
        for (var entry : entries) {
            if (entry.pattern().length < MIN_LENGTH) {
                throw new IllegalArgumentException("a pattern is shorter than " + MIN_LENGTH + " bytes");
            }
            if (seen.add(ByteBuffer.wrap(entry.pattern()))) {
                distinct.add(entry);
            }
        }
        distinct.sort((a, b) -> Integer.compare(b.length(), a.length()));
        patterns = distinct.stream().map(Entry::pattern).toArray(byte[][]::new);
        replacements = distinct.stream().map(Entry::replacement).toArray(byte[][]::new);
        meanings = distinct.stream().map(entry -> entry.meaning).toArray();
        digits = distinct.stream().mapToInt(entry -> entry.digits).toArray();
        kept = new boolean[patterns.length];
        anyCase = new boolean[patterns.length];
        for (int index = 0; index < kept.length; index++) {
            kept[index] = distinct.get(index).kept;
            anyCase[index] = distinct.get(index).anyCase;
        }
        folded = IntStream.range(0, patterns.length)
                .filter(index -> anyCase[index])
                .toArray();
        longest = patterns.length == 0 ? MIN_LENGTH : length(0);
        shortest = Stream.of(patterns).mapToInt(pattern -> pattern.length).min().orElse(MIN_LENGTH);
        int pairs = tableSize(patterns.length * (shortest - 1));
        shifts = new int[pairs];
        candidates = new int[pairs][];
        sorted = IntStream.range(0, patterns.length)
                .boxed()
                .sorted((a, b) -> Arrays.compareUnsigned(patterns[a], patterns[b]))
                .mapToInt(Integer::intValue)
                .toArray();
        compile();
    }

    /** Large enough that most pairs of a text are in no pattern, small enough that a sandbox may have many tables. */
    private static int tableSize(int pairsOfPatterns) {
        int wanted = Integer.highestOneBit(Math.max(1, pairsOfPatterns)) * 8;
        return Math.clamp(wanted, MIN_PAIRS, MAX_PAIRS);
    }

    private void compile() {
        Arrays.fill(shifts, shortest - 1);
        Arrays.fill(candidates, NONE);
        for (int index = 0; index < patterns.length; index++) {
            for (int at = 0; at <= shortest - 2; at++) {
                for (int pair : pairs(index, at)) {
                    shifts[pair] = Math.min(shifts[pair], shortest - 2 - at);
                }
            }
            for (int last : pairs(index, shortest - 2)) {
                candidates[last] = append(candidates[last], index);
            }
        }
    }

    /** What two bytes of that pattern may be, each but once. */
    private int[] pairs(int index, int at) {
        byte first = patterns[index][at];
        byte second = patterns[index][at + 1];
        if (!anyCase[index]) {
            return new int[] {pair(first, second)};
        }
        byte upper = upper(first);
        byte other = upper(second);
        return IntStream.of(pair(first, second), pair(first, other), pair(upper, second), pair(upper, other))
                .distinct()
                .toArray();
    }

    private static byte upper(byte letter) {
        return letter >= 'a' && letter <= 'z' ? (byte) (letter - 'a' + 'A') : letter;
    }

    private static byte lower(byte letter) {
        return letter >= 'A' && letter <= 'Z' ? (byte) (letter - 'A' + 'a') : letter;
    }

    private static int[] append(int[] list, int index) {
        var longer = Arrays.copyOf(list, list.length + 1);
        longer[list.length] = index;
        return longer;
    }

    private int pair(byte first, byte second) {
        return ((first & 0xff) * 31 ^ (second & 0xff) << 4) & (shifts.length - 1);
    }

    public boolean isEmpty() {
        return patterns.length == 0;
    }

    /** The most bytes that a stream may have to hold back, plus one. */
    public int longest() {
        return longest;
    }

    int shortest() {
        return shortest;
    }

    /** The length of the pattern that a {@link #find} result names. */
    int length(int index) {
        return patterns[index].length + digits[index];
    }

    /** Whether what a {@link #find} result names stays as it is. */
    boolean isKept(int index) {
        return kept[index];
    }

    byte @Nullable [] replacement(int index) {
        return replacements[index];
    }

    Object meaning(int index) {
        return meanings[index];
    }

    /** Whether any pattern lies in {@code bytes}. */
    public boolean isIn(ByteBuf bytes) {
        return indexOf(find(bytes, bytes.readerIndex(), bytes.writerIndex(), true)) != UNDECIDED;
    }

    /**
     * Searches {@code from..end}. The result tells a position ({@link #position}) and what is there
     * ({@link #indexOf}): a pattern, or {@link #UNDECIDED}: from that position on more bytes could complete one.
     *
     * @param last whether the stream ends at {@code end}, so that nothing can be completed any more
     */
    public long find(ByteBuf bytes, int from, int end, boolean last) {
        if (patterns.length == 0) {
            return result(end, UNDECIDED);
        }
        int at = from;
        while (at + shortest <= end) {
            int pair = pair(bytes.getByte(at + shortest - 2), bytes.getByte(at + shortest - 1));
            int shift = shifts[pair];
            if (shift > 0) {
                at += shift;
                continue;
            }
            int found = matchAt(bytes, at, end, last, candidates[pair]);
            if (found != MISS) {
                return result(at, found);
            }
            at++;
        }
        return result(last ? end : beginning(bytes, at, end), UNDECIDED);
    }

    /** The first position from {@code at} on where the bytes up to {@code end} are the beginning of a pattern. */
    private int beginning(ByteBuf bytes, int at, int end) {
        for (int position = at; position < end; position++) {
            if (anyBeginsWith(bytes, position, end)) {
                return position;
            }
        }
        return end;
    }

    /** A search by halves: a sandbox with many secrets has thousands of patterns, and many of them begin alike. */
    private boolean anyBeginsWith(ByteBuf bytes, int from, int end) {
        for (int index : folded) {
            if (end - from <= patterns[index].length && agrees(bytes, from, index, end - from)) {
                return true;
            }
        }
        int low = 0;
        int high = sorted.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            int order = compareBeginning(patterns[sorted[middle]], bytes, from, end);
            if (order == 0) {
                return true;
            } else if (order < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return false;
    }

    /** 0 when the pattern begins with the bytes; otherwise how it stands to them in order. */
    private static int compareBeginning(byte[] pattern, ByteBuf bytes, int from, int end) {
        for (int i = 0; i < end - from; i++) {
            if (i == pattern.length) {
                return -1;
            }
            int order = Byte.compareUnsigned(pattern[i], bytes.getByte(from + i));
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    private int matchAt(ByteBuf bytes, int at, int end, boolean last, int[] indexes) {
        for (int index : indexes) {
            int there = end - at;
            if (there >= length(index)) {
                if (agrees(bytes, at, index, length(index))) {
                    return index;
                }
            } else if (!last && agrees(bytes, at, index, there)) {
                return UNDECIDED;
            }
        }
        return MISS;
    }

    /** From the last byte on: tokens begin alike, and there may be many. */
    private boolean agrees(ByteBuf bytes, int at, int index, int length) {
        var pattern = patterns[index];
        for (int i = length - 1; i >= pattern.length; i--) {
            if (!isDigit(bytes.getByte(at + i))) {
                return false;
            }
        }
        for (int i = Math.min(length, pattern.length) - 1; i >= 0; i--) {
            byte there = bytes.getByte(at + i);
            if (there != pattern[i] && !(anyCase[index] && lower(there) == pattern[i])) {
                return false;
            }
        }
        return true;
    }

    private static boolean isDigit(byte b) {
        return (b >= '0' && b <= '9') || (b >= 'a' && b <= 'f');
    }

    private static long result(int position, int index) {
        return ((long) position << 32) | (index & 0xffffffffL);
    }

    /** Where a {@link #find} stopped. */
    public static int position(long result) {
        return (int) (result >> 32);
    }

    /** What a {@link #find} found there. */
    public static int indexOf(long result) {
        return (int) result;
    }

    /** Overwrites patterns and replacements; nothing can be found any more. Only when nobody searches. */
    public void wipe() {
        for (int i = 0; i < patterns.length; i++) {
            Arrays.fill(patterns[i], (byte) 0);
            var replacement = replacements[i];
            if (replacement != null) {
                Arrays.fill(replacement, (byte) 0);
            }
        }
        Arrays.fill(shifts, shortest - 1);
        Arrays.fill(candidates, NONE);
        sorted = NONE;
        folded = NONE;
    }

    @Override
    public String toString() {
        return "Patterns[" + patterns.length + "]";
    }
}
