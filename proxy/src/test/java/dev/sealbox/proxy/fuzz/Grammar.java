package dev.sealbox.proxy.fuzz;

import java.io.ByteArrayOutputStream;
import java.util.List;

/** Messages of HTTP/1.1, most of them right, some with what is known to be read in two ways. */
public final class Grammar {
    private static final List<String> NASTY = List.of(
            "\r",
            "\n",
            "\r\n",
            "\0",
            " ",
            "\t",
            ":",
            ",",
            ";",
            "+",
            "-",
            "0",
            "x",
            "\u000b",
            "\u0085",
            "\u00a0",
            "\\",
            "\r\nTransfer-Encoding: chunked",
            "\r\nContent-Length: 3",
            "\r\nTransfer-Encoding : chunked",
            "\r\n folded",
            "\r\nHost: evil.example",
            "\r\n\r\nGET /second HTTP/1.1\r\nHost: api.example.com\r\n\r\n",
            "chunked",
            "0\r\n\r\n");
    private static final List<String> FIELDS = List.of(
            "Accept: */*",
            "X-Empty:",
            "X-Padded:  \t a b \t ",
            "Connection: keep-alive",
            "Connection: close, X-Empty",
            "Content-Type: text/plain",
            "Transfer-Encoding: identity",
            "Transfer-Encoding: gzip, chunked",
            "TE: trailers",
            "Content-Length: +3",
            "Content-Length: 3, 3",
            "Content-Length: 03",
            "Connection: content-length",
            "Connection: Transfer-Encoding",
            "Upgrade: h2c",
            "Expect: 100-continue",
            "X-High: \u00e9\u00ff",
            "Trailer: X-Sum",
            "Keep-Alive: timeout=5",
            "Proxy-Connection: close",
            "Content-Encoding: identity",
            "Transfer-Encoding: xchunked");

    private Grammar() {}

    /** A request, perhaps damaged. */
    public static byte[] request(Choices choices) {
        var line = choices.of(List.of("GET", "POST", "PUT", "HEAD", "DELETE", "OPTIONS", "M-SEARCH", "get", "G(T"))
                + " "
                + choices.of(List.of(
                        "/", "/a/b?c=d", "/%00", "/a//b/../c", "*", "/\u00e9", "http://api.example.com/", "/a b"))
                + " " + choices.of(List.of("HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/1.2", "http/1.1"));
        return message(choices, line + "\r\nHost: " + Held.HOST);
    }

    static byte[] response(Choices choices) {
        var line = choices.of(List.of("HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/2.0")) + " "
                + choices.of(List.of("200", "200", "204", "304", "404", "500", "99", "600", "2000"))
                + choices.of(List.of(" OK", "", " ", " \u00e9"));
        return message(choices, line);
    }

    private static byte[] message(Choices choices, String beginning) {
        var head = new StringBuilder(beginning);
        for (int left = choices.below(4); left > 0; left--) {
            head.append("\r\n").append(choices.of(FIELDS));
        }
        var content = choices.raw(40);
        var bytes = new ByteArrayOutputStream();
        switch (choices.below(4)) {
            case 0 -> bytes.writeBytes(Replacing.latin1(head + "\r\n\r\n"));
            case 1 -> {
                bytes.writeBytes(Replacing.latin1(head + "\r\nContent-Length: " + content.length + "\r\n\r\n"));
                bytes.writeBytes(content);
            }
            default -> {
                bytes.writeBytes(Replacing.latin1(head + "\r\nTransfer-Encoding: chunked\r\n\r\n"));
                chunks(choices, content, bytes);
            }
        }
        if (choices.oneIn(4)) {
            bytes.writeBytes(Replacing.latin1("GET /next HTTP/1.1\r\nHost: " + Held.HOST + "\r\n\r\n"));
        }
        return damaged(choices, bytes.toByteArray());
    }

    private static void chunks(Choices choices, byte[] content, ByteArrayOutputStream out) {
        int from = 0;
        while (from < content.length) {
            int length = Math.min(content.length - from, 1 + choices.below(20));
            var extension = choices.of(List.of("", "", "", ";a=b", ";a=\"x y\"", " ;a", "; ", ";\u0001"));
            out.writeBytes(
                    Replacing.latin1(choices.of(List.of("%x", "%X", "0%x")).formatted(length) + extension + "\r\n"));
            out.write(content, from, length);
            out.writeBytes(Replacing.latin1("\r\n"));
            from += length;
        }
        var trailers = choices.of(
                List.of("", "", "X-Sum: 1\r\n", "Content-Length: 5\r\n", "X: a\r\n b\r\n", "Host: evil.example\r\n"));
        out.writeBytes(Replacing.latin1("0\r\n" + trailers + "\r\n"));
    }

    private static byte[] damaged(Choices choices, byte[] message) {
        var bytes = message;
        for (int left = choices.flip() ? choices.below(3) : 0; left > 0; left--) {
            int at = choices.below(bytes.length + 1);
            int skipped = Math.min(bytes.length - at, choices.below(3));
            var out = new ByteArrayOutputStream();
            out.write(bytes, 0, at);
            out.writeBytes(Replacing.latin1(choices.of(NASTY)));
            out.write(bytes, at + skipped, bytes.length - at - skipped);
            bytes = out.toByteArray();
        }
        return bytes;
    }
}
