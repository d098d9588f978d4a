package dev.sealbox.proxy.webhook;

import dev.sealbox.domain.webhook.Caller.Reply;
import dev.sealbox.domain.webhook.WebhookUrl;
import dev.sealbox.proxy.webhook.HttpsCaller.NoAnswer;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Pattern;

/** One request, and the status of its answer; the rest of the answer is not read. */
final class Exchange {
    /** Bytes of an answer's head; interim answers count, too. */
    private static final int LONGEST_HEAD = 16 * 1024;

    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] ([1-5][0-9]{2})(?: .*)?");
    private static final Pattern VISIBLE = Pattern.compile("[ -~]*");

    private final WebhookUrl url;
    private final Map<String, String> headers;
    private final byte[] body;

    Exchange(WebhookUrl url, Map<String, String> headers, byte[] body) {
        this.url = url;
        this.headers = headers;
        this.body = body;
    }

    Reply over(Socket socket) throws IOException {
        var out = socket.getOutputStream();
        out.write(head());
        out.write(body);
        out.flush();
        return new Reply.Answered(status(new BufferedInputStream(socket.getInputStream())));
    }

    private byte[] head() {
        var head = new StringBuilder("POST " + url.target() + " HTTP/1.1\r\n");
        field(head, "Host", url.authority());
        field(head, "User-Agent", "sealbox-webhooks");
        field(head, "Content-Type", "application/json");
        field(head, "Content-Length", Integer.toString(body.length));
        field(head, "Connection", "close");
        headers.forEach((name, value) -> field(head, name, value));
        return head.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static void field(StringBuilder head, String name, String value) {
        if (!VISIBLE.matcher(name + value).matches()) {
            throw new IllegalArgumentException("a field that would end its line");
        }
        head.append(name).append(": ").append(value).append("\r\n");
    }

    /** Of the final answer. */
    private static int status(InputStream in) throws IOException {
        var left = LONGEST_HEAD;
        while (true) {
            var first = line(in, left);
            left -= first.length();
            var parts = STATUS.matcher(first);
            if (!parts.matches()) {
                throw new NoAnswer("no status line");
            }
            var status = Integer.parseInt(parts.group(1));
            if (status >= 200) {
                return status;
            }
            for (var field = line(in, left); !field.isEmpty(); field = line(in, left)) {
                left -= field.length() + 2;
            }
        }
    }

    private static String line(InputStream in, int most) throws IOException {
        var line = new ByteArrayOutputStream();
        for (var next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0 || line.size() >= most) {
                throw new NoAnswer(next < 0 ? "it ends early" : "its head is too long");
            }
            line.write(next);
        }
        return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
    }
}
