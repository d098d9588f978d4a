package dev.sealbox.proxy;

import dev.sealbox.proxy.fuzz.Choices;
import dev.sealbox.proxy.fuzz.Grammar;
import dev.sealbox.proxy.fuzz.Property;
import dev.sealbox.proxy.fuzz.Wire;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.HttpRequestDecoder;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A running proxy between a client and an upstream, over TLS: the upstream receives the request with values in the place
 * of tokens, in one way that it can be read; what it sends back reaches the client with tokens again. Of requests that
 * are damaged nothing, or as good a one, arrives.
 */
public final class WholeProxy implements Property, AutoCloseable {
    private static final String HOST = "api.example.com";
    private static final String VALUE = "A-VALUE-OF-CAPITALS";
    private static final String LETTERS = "abc{}\":,% \u00e9";
    private static final int PATIENCE_MILLIS = 100;

    private final BlockingQueue<byte[]> received = new LinkedBlockingQueue<>();
    private final TestProxy proxy;
    private final String token;
    private int number;
    private Optional<TestClient> kept = Optional.empty();

    public WholeProxy() {
        var builder = new TestProxy.Builder().settings("sealbox.proxy.limits.replacements = 1000");
        builder.put(HOST, TestUpstream.scripted(builder.certificates(), HOST, this::serve));
        proxy = builder.start();
        var policy = proxy.policy().allow(HOST);
        token = policy.secret("TOKEN", VALUE).value();
        proxy.admit(TestProxy.SANDBOX, policy);
    }

    /** Keeps what was read through it. */
    private static final class Recording extends FilterInputStream {
        private final ByteArrayOutputStream seen = new ByteArrayOutputStream();

        Recording(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int b = super.read();
            if (b >= 0) {
                seen.write(b);
            }
            return b;
        }

        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
            int read = super.read(bytes, from, length);
            seen.write(bytes, from, Math.max(0, read));
            return read;
        }
    }

    /** Answers each request with its own body, in chunks if there is a query. */
    private void serve(InputStream in, OutputStream out) throws IOException {
        var recording = new Recording(in);
        while (true) {
            var request = Http.request(recording);
            received.add(recording.seen.toByteArray());
            recording.seen.reset();
            var body = Http.latin1(request.content());
            boolean chunked = request.target().contains("?");
            out.write(Http.latin1("HTTP/1.1 200 Fine\r\nX-Echo: "
                    + request.field("X-Token").orElse("") + "\r\n"
                    + (chunked ? "Transfer-Encoding: chunked" : "Content-Length: " + body.length) + "\r\n\r\n"));
            if (!request.method().equals("HEAD")) {
                out.write(chunked ? chunks(body, 7) : body);
            }
            out.flush();
        }
    }

    private static byte[] chunks(byte[] body, int size) {
        var out = new ByteArrayOutputStream();
        for (int from = 0; from < body.length; from += size) {
            int length = Math.min(size, body.length - from);
            out.writeBytes(Http.latin1(Integer.toHexString(length) + "\r\n"));
            out.write(body, from, length);
            out.writeBytes(Http.latin1("\r\n"));
        }
        out.writeBytes(Http.latin1("0\r\n\r\n"));
        return out.toByteArray();
    }

    @Override
    public void check(Choices choices) {
        try {
            if (choices.below(16) == 15) {
                damaged(choices);
            } else {
                whole(choices);
            }
        } catch (IOException e) {
            drop();
            throw new UncheckedIOException(e);
        } catch (RuntimeException | Error e) {
            drop();
            throw e;
        }
    }

    private void whole(Choices choices) throws IOException {
        var body = text(choices, 30);
        var field = "x" + text(choices, 3).strip();
        var target = "/p" + (choices.flip() ? "?q=" + token : "");
        boolean packed = choices.oneIn(4);
        var content = packed ? packed(Http.latin1(body)) : Http.latin1(body);
        boolean chunked = choices.flip();
        var mark = "X-Number: " + ++number + "\r\n";
        var head = "POST " + target + " HTTP/1.1\r\nHost: " + HOST + "\r\n" + mark
                + "Content-Type: text/plain\r\nX-Token: " + field + "\r\n"
                + (packed ? "Content-Encoding: gzip\r\n" : "")
                + (chunked ? "Transfer-Encoding: chunked" : "Content-Length: " + content.length) + "\r\n\r\n";
        var request = new ByteArrayOutputStream();
        request.writeBytes(Http.latin1(head));
        request.writeBytes(chunked ? chunks(content, 1 + choices.below(300)) : content);
        var answer = exchanged(choices, request.toByteArray());

        var arrived = arrived(mark, Wire.shown(request.toByteArray()));
        boolean unpacked = packed && !arrived.fields().contains("content-encoding: gzip");
        Property.holds(unpacked || !packed || !body.contains(token), "a packed token goes on");
        if (!packed || unpacked) {
            Property.same(body.replace(token, VALUE), arrived.content(), "the body");
            Property.same(body, answer.content(), "the answer's body");
        }
        Property.holds(arrived.fields().contains("x-token: " + field.replace(token, VALUE)), "the field " + field);
        Property.same(Optional.of(field), answer.field("X-Echo"), "the answer's field");
    }

    private static byte[] packed(byte[] body) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(body);
        }
        return out.toByteArray();
    }

    private String text(Choices choices, int most) {
        var text = new StringBuilder();
        for (int left = choices.below(most); left > 0; left--) {
            switch (choices.below(5)) {
                case 0 -> text.append(token);
                // What follows must not complete it: a token that is none of the sandbox's is refused.
                case 1 -> text.append(token, 0, choices.below(token.length())).append('%');
                default -> text.append(choices.text(LETTERS, 0, choices.of(List.of(10, 200))));
            }
        }
        return text.toString();
    }

    private Http.Message exchanged(Choices choices, byte[] request) throws IOException {
        var client = kept.isPresent() ? kept.get() : proxy.tunnel(TestProxy.SANDBOX, HOST);
        kept = Optional.of(client);
        int left = 8;
        var joined = new ByteArrayOutputStream();
        for (var piece : choices.cut(request)) {
            joined.writeBytes(ByteBufUtil.getBytes(piece));
            piece.release();
            if (left > 0) {
                client.send(joined.toByteArray());
                joined.reset();
                left--;
            }
        }
        client.send(joined.toByteArray());
        return client.receive();
    }

    /** The one request with that mark that has come, as another codec reads it; a damaged one before may come late. */
    private Wire.Message arrived(String mark, String sent) {
        var all = new ArrayList<byte[]>();
        received.drainTo(all);
        all.removeIf(bytes -> !new String(bytes, StandardCharsets.ISO_8859_1).contains(mark));
        Property.same(1, all.size(), "requests that arrived of " + sent);
        return read(all.getFirst());
    }

    private static Wire.Message read(byte[] request) {
        var read = Wire.read(request, new HttpRequestDecoder(), false);
        Property.same(1, read.size(), "requests in " + Wire.shown(request));
        var hosts = read.getFirst().fields().stream()
                .filter(field -> field.startsWith("host:"))
                .toList();
        Property.same(List.of("host: " + HOST), hosts, "hosts in " + Wire.shown(request));
        return read.getFirst();
    }

    private void damaged(Choices choices) throws IOException {
        drop();
        var bytes = Grammar.request(choices);
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            client.socket.setSoTimeout(PATIENCE_MILLIS);
            client.send(bytes);
            answered(client);
        }
        var all = new ArrayList<byte[]>();
        received.drainTo(all);
        all.forEach(WholeProxy::read);
    }

    /** Waits for an answer, or the end, or a moment: an unfinished request has none. */
    private static void answered(TestClient client) {
        try {
            client.receive();
        } catch (IOException e) {
            // It may be told nothing at all.
        }
    }

    private void drop() {
        kept.ifPresent(WholeProxy::closed);
        kept = Optional.empty();
        received.clear();
    }

    private static void closed(@Nullable AutoCloseable thing) {
        try {
            if (thing != null) {
                thing.close();
            }
        } catch (Exception e) {
            // It is gone all the same.
        }
    }

    @Override
    public void close() {
        drop();
        proxy.close();
    }
}
