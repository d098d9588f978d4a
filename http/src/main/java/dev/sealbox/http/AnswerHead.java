package dev.sealbox.http;

import akka.util.ByteString;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The head of a program's answer to a handshake, read strictly.
 *
 * @param rest what came after it
 */
record AnswerHead(int status, List<Field> fields, ByteString rest) {
    /** Bytes of a head; more is none. */
    static final int LARGEST = 32 << 10;

    private static final Pattern FIRST = Pattern.compile("HTTP/1\\.1 ([1-9][0-9]{2})(?: [^\\r\\n]*)?");
    private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}");

    record Field(String name, String value) {}

    /** Where a head ends in these bytes; negative when it does not. Those before {@code from} were looked at before. */
    static int end(byte[] bytes, int from, int length) {
        for (var at = Math.max(3, from); at < length; at++) {
            if (bytes[at] == '\n' && bytes[at - 1] == '\r' && bytes[at - 2] == '\n' && bytes[at - 3] == '\r') {
                return at + 1;
            }
        }
        return -1;
    }

    /** Reads a head that ends at {@code end}; empty when it is not one. */
    static Optional<AnswerHead> read(byte[] bytes, int length, int end) {
        var lines = new String(bytes, 0, end - 4, StandardCharsets.ISO_8859_1).split("\r\n", -1);
        var first = FIRST.matcher(lines[0]);
        if (!first.matches()) {
            return Optional.empty();
        }
        var fields = new ArrayList<Field>();
        for (var each = 1; each < lines.length; each++) {
            var colon = lines[each].indexOf(':');
            if (colon < 0 || !isField(lines[each].substring(0, colon), lines[each].substring(colon + 1))) {
                return Optional.empty();
            }
            fields.add(new Field(
                    lines[each].substring(0, colon),
                    lines[each].substring(colon + 1).strip()));
        }
        return Optional.of(new AnswerHead(
                Integer.parseInt(first.group(1)), List.copyOf(fields), ByteString.fromArray(bytes, end, length - end)));
    }

    private static boolean isField(String name, String value) {
        return NAME.matcher(name).matches() && value.chars().allMatch(c -> c == '\t' || (c >= ' ' && c != 0x7f));
    }
}
