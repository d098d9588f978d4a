package dev.sealbox.proxy.codec;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads heads off the front of a growing buffer. Lines end with CR LF and nothing else; no folding, no white space
 * before a colon, no control characters. Not thread-safe.
 */
public final class HeadReader {
    private static final int MAX_FIELDS = 200;

    private final int maxBytes;
    private int scanned;

    /**
     * For heads up to a size.
     *
     * @param maxBytes the largest head, its first line included
     */
    public HeadReader(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Whether part of a head has been seen. */
    public boolean hasBegun() {
        return scanned > 0;
    }

    /**
     * The next request's head, consumed from {@code in}, or null while it is incomplete.
     *
     * @throws BadMessage 431 when it is too large, 400 when it breaks the grammar
     */
    public @Nullable RequestHead request(ByteBuf in) {
        var lines = lines(in);
        if (lines == null) {
            return null;
        }
        var parts = lines.getFirst().split(" ", -1);
        if (parts.length != 3 || !Grammar.isToken(parts[0]) || parts[0].length() > 32 || !Grammar.isTarget(parts[1])) {
            throw new BadMessage("a request line that is none");
        }
        var head = new RequestHead(parts[0], parts[1], isHttp10(parts[2]), fields(lines));
        int hosts = head.fields().values("host").size();
        if (hosts > 1 || (hosts == 0 && !head.http10())) {
            throw new BadMessage("not exactly one Host");
        }
        return head;
    }

    /** The next response's head, or null while it is incomplete. Throws as {@link #request} does. */
    public @Nullable ResponseHead response(ByteBuf in) {
        var lines = lines(in);
        if (lines == null) {
            return null;
        }
        var line = lines.getFirst();
        int space = line.indexOf(' ');
        if (space != 8 || line.length() < 12 || (line.length() > 12 && line.charAt(12) != ' ')) {
            throw new BadMessage("a status line that is none");
        }
        var digits = line.substring(9, 12);
        if (!digits.matches("[1-5][0-9][0-9]")) {
            throw new BadMessage("a status that is none");
        }
        var reason = line.length() > 13 ? line.substring(13) : "";
        if (!Grammar.isValue(reason)) {
            throw new BadMessage("a control character in a status line");
        }
        return new ResponseHead(Integer.parseInt(digits), reason, isHttp10(line.substring(0, 8)), fields(lines));
    }

    /** Trailer fields up to and with the empty line, or null while incomplete. */
    public @Nullable Fields trailers(ByteBuf in) {
        if (in.readableBytes() >= 2
                && in.getByte(in.readerIndex()) == '\r'
                && in.getByte(in.readerIndex() + 1) == '\n') {
            in.skipBytes(2);
            scanned = 0;
            return Fields.NONE;
        }
        var lines = lines(in);
        return lines == null
                ? null
                : new Fields(lines.stream().map(Grammar::field).toList());
    }

    private static boolean isHttp10(String version) {
        return switch (version) {
            case "HTTP/1.1" -> false;
            case "HTTP/1.0" -> true;
            default -> throw new BadMessage("not HTTP/1.1");
        };
    }

    private static Fields fields(List<String> lines) {
        if (lines.size() > MAX_FIELDS) {
            throw new BadMessage(431, "too many header fields");
        }
        var fields = new ArrayList<Field>(lines.size());
        for (var line : lines.subList(1, lines.size())) {
            fields.add(Grammar.field(line));
        }
        return new Fields(fields);
    }

    /** The lines of a complete head without their ends, the empty one left out; null while there is none. */
    private @Nullable List<String> lines(ByteBuf in) {
        int start = in.readerIndex();
        int limit = Math.min(in.readableBytes(), maxBytes + 1);
        for (int at = lineFeed(in, scanned, limit); at >= 0; at = lineFeed(in, at + 1, limit)) {
            if (at == 0 || in.getByte(start + at - 1) != '\r') {
                throw new BadMessage("a line feed alone");
            }
            if (at >= 3 && in.getByte(start + at - 2) == '\n') {
                scanned = 0;
                return split(in, at + 1);
            }
            if (at == 1) {
                throw new BadMessage("an empty first line");
            }
        }
        scanned = limit;
        if (limit > maxBytes) {
            throw new BadMessage(431, "the head is too large");
        }
        return null;
    }

    /** Where the next one is among the bytes that wait, or -1. */
    private static int lineFeed(ByteBuf in, int from, int limit) {
        int start = in.readerIndex();
        int found = from < limit ? in.indexOf(start + from, start + limit, (byte) '\n') : -1;
        return found < 0 ? -1 : found - start;
    }

    private static List<String> split(ByteBuf in, int length) {
        var text = in.readCharSequence(length, StandardCharsets.ISO_8859_1).toString();
        var lines = new ArrayList<String>();
        int from = 0;
        while (from < length - 2) {
            int end = text.indexOf("\r\n", from);
            var line = text.substring(from, end);
            if (line.indexOf('\r') >= 0) {
                throw new BadMessage("a carriage return alone");
            }
            lines.add(line);
            from = end + 2;
        }
        return lines;
    }
}
