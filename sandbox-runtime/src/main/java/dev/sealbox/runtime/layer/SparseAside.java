package dev.sealbox.runtime.layer;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * A tar that GNU tar has written with {@code --format=posix --sparse}, whose sparse entries look like plain ones: the
 * library that reads it takes none of 2 GiB and more. What it would go by has another name, {@link #REAL_SIZE}; such an
 * entry's content is for {@link SparseContent}.
 */
final class SparseAside extends InputStream {
    /** Instead of {@code GNU.sparse.realsize}. */
    static final String REAL_SIZE = "XNU.sparse.realsize";

    private static final byte[] KEY = ("G" + REAL_SIZE.substring(1) + "=").getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SIZE = "size=".getBytes(StandardCharsets.US_ASCII);
    private static final int BLOCK = 512;
    private static final int SIZE_AT = 124;
    private static final int SIZE_LENGTH = 12;
    private static final int TYPE_AT = 156;
    private static final int LARGEST = 1 << 20;

    private final InputStream in;

    /** What comes next and was looked at, and how far it has gone. */
    private byte[] head = new byte[0];

    private int at;

    /** Bytes of content after it. */
    private long content;

    /** What the last header has said about the size of the entry after it, or negative. */
    private long size = -1;

    SparseAside(InputStream in) {
        this.in = in;
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (at == head.length && content > 0) {
            var count = in.read(into, offset, (int) Math.min(length, content));
            content -= Math.max(count, 0);
            return count;
        }
        if (at == head.length && !advance()) {
            return -1;
        }
        var count = Math.min(length, head.length - at);
        System.arraycopy(head, at, into, offset, count);
        at += count;
        return count;
    }

    private boolean advance() throws IOException {
        head = in.readNBytes(BLOCK);
        at = 0;
        if (head.length < BLOCK) {
            return head.length > 0;
        }
        var own = number();
        switch (head[TYPE_AT]) {
            case 'x' -> about(own);
            case 'g', 'L', 'K' -> content = padded(own);
            default -> {
                content = padded(size < 0 ? own : size);
                size = -1;
            }
        }
        return true;
    }

    /** Octal digits, or a binary number that begins with a bit; zero of a block of zeros. */
    private long number() throws IOException {
        var number = head[SIZE_AT] < 0 ? head[SIZE_AT] & 0x7f : 0L;
        for (var i = head[SIZE_AT] < 0 ? 1 : 0; i < SIZE_LENGTH; i++) {
            var each = head[SIZE_AT + i] & 0xff;
            if (head[SIZE_AT] < 0) {
                number = Math.max(number, 0) << 8 | each;
            } else if (each >= '0' && each <= '7') {
                number = number << 3 | (each - '0');
            }
        }
        return number;
    }

    private static long padded(long bytes) throws IOException {
        if (bytes < 0 || bytes > Long.MAX_VALUE - BLOCK) {
            throw new IOException("an entry has no size");
        }
        return (bytes + BLOCK - 1) / BLOCK * BLOCK;
    }

    /** Records of the form "length key=value\n", the length being that of the whole record. */
    private void about(long length) throws IOException {
        if (length > LARGEST) {
            throw new IOException("an entry says more than " + LARGEST + " bytes about itself");
        }
        var records = in.readNBytes((int) padded(length));
        for (var start = 0; start < Math.min(length, records.length); ) {
            var key = start;
            var whole = 0;
            while (key < records.length && Character.isDigit(records[key]) && whole < LARGEST) {
                whole = whole * 10 + records[key++] - '0';
            }
            key++;
            if (whole == 0 || start + whole > records.length || key > start + whole) {
                break;
            }
            if (begins(records, key, KEY)) {
                records[key] = (byte) REAL_SIZE.charAt(0);
            } else if (begins(records, key, SIZE)) {
                size = decimal(records, key + SIZE.length, start + whole - 1);
            }
            start += whole;
        }
        var all = new ByteArrayOutputStream();
        all.writeBytes(head);
        all.writeBytes(records);
        head = all.toByteArray();
    }

    private static boolean begins(byte[] bytes, int at, byte[] with) {
        return at + with.length <= bytes.length
                && java.util.Arrays.equals(bytes, at, at + with.length, with, 0, with.length);
    }

    private static long decimal(byte[] bytes, int from, int to) throws IOException {
        try {
            return Long.parseLong(new String(bytes, from, Math.max(0, to - from), StandardCharsets.US_ASCII));
        } catch (NumberFormatException e) {
            throw new IOException("an entry has no size", e);
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
