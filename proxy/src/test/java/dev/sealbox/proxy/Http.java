package dev.sealbox.proxy;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Just enough HTTP to play client and server in tests, with every byte in view. */
final class Http {
    private Http() {}

    /** A message: its first line, fields and content, one char per byte. */
    record Message(String line, List<String> fields, String content, List<String> trailers) {
        int status() {
            return Integer.parseInt(line.split(" ", -1)[1]);
        }

        String target() {
            return line.split(" ", -1)[1];
        }

        String method() {
            return line.split(" ", -1)[0];
        }

        Optional<String> field(String name) {
            return fields.stream()
                    .filter(field -> field.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                    .map(field -> field.substring(name.length() + 1).strip())
                    .findFirst();
        }

        String text() {
            return new String(latin1(content), StandardCharsets.UTF_8);
        }
    }

    /** Reads a line up to CR LF. */
    static String line(InputStream in) throws IOException {
        var line = new ByteArrayOutputStream();
        while (true) {
            int b = in.read();
            if (b < 0) {
                throw new EOFException("after " + line.size() + " bytes of a line");
            }
            if (b == '\n') {
                var text = line.toString(StandardCharsets.ISO_8859_1);
                return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
            }
            line.write(b);
        }
    }

    /** The head only. */
    static Message head(InputStream in) throws IOException {
        var first = line(in);
        var fields = lines(in);
        return new Message(first, fields, "", List.of());
    }

    private static List<String> lines(InputStream in) throws IOException {
        var fields = new ArrayList<String>();
        for (var line = line(in); !line.isEmpty(); line = line(in)) {
            fields.add(line);
        }
        return fields;
    }

    /** A request with its body. */
    static Message request(InputStream in) throws IOException {
        return body(head(in), in, false);
    }

    /** A final response with its body; interim ones are left out. */
    static Message response(InputStream in, boolean bodiless) throws IOException {
        var head = head(in);
        while (head.status() < 200 && head.status() != 101) {
            head = head(in);
        }
        boolean none = bodiless || head.status() == 204 || head.status() == 304 || head.status() == 101;
        return none ? head : body(head, in, true);
    }

    private static Message body(Message head, InputStream in, boolean untilClose) throws IOException {
        var length = head.field("Content-Length");
        if (head.field("Transfer-Encoding").isPresent()) {
            var content = new ByteArrayOutputStream();
            for (int size = size(in); size > 0; size = size(in)) {
                content.writeBytes(exactly(in, size));
                line(in);
            }
            return new Message(head.line(), head.fields(), content.toString(StandardCharsets.ISO_8859_1), lines(in));
        }
        if (length.isPresent()) {
            var content = exactly(in, Integer.parseInt(length.get()));
            return new Message(head.line(), head.fields(), new String(content, StandardCharsets.ISO_8859_1), List.of());
        }
        return untilClose
                ? new Message(
                        head.line(),
                        head.fields(),
                        new String(in.readAllBytes(), StandardCharsets.ISO_8859_1),
                        List.of())
                : head;
    }

    private static int size(InputStream in) throws IOException {
        return Integer.parseInt(line(in), 16);
    }

    private static byte[] exactly(InputStream in, int length) throws IOException {
        var bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("after " + bytes.length + " of " + length);
        }
        return bytes;
    }

    static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
