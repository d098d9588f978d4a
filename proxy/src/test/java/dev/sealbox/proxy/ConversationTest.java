package dev.sealbox.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP/1.1 as clients and servers really speak it. */
class ConversationTest {
    private static final String HOST = "api.example.com";
    private static final String FREE = "free.example.com";
    private static final String VALUE = "the-real-value";

    private final Map<String, TestUpstream.Answer> answers = new ConcurrentHashMap<>();
    private final TestProxy.Builder set = new TestProxy.Builder();
    private final TestUpstream upstream = set.secure(HOST, this::answer);
    private final TestUpstream free = set.secure(FREE, this::answer);
    private final TestProxy proxy = set.start();
    private final TestPolicy policy = proxy.policy().allow(HOST, FREE);
    private final String token = policy.secret("API_KEY", VALUE, HOST).value();

    private boolean answer(Http.Message request, OutputStream out) throws IOException {
        var answer = answers.get(request.target());
        if (answer != null) {
            return answer.to(request, out);
        }
        TestUpstream.respond(out, 200, "", request.method() + " " + request.target());
        return true;
    }

    @BeforeEach
    void admit() {
        proxy.admit(TestProxy.SANDBOX, policy);
    }

    @AfterEach
    void stop() {
        proxy.close();
    }

    @Test
    void servesManyRequestsOverOneConnectionOnEitherSide() throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            for (int i = 0; i < 20; i++) {
                assertThat(client.get(HOST, "/" + i).text()).isEqualTo("GET /" + i);
            }
        }
        assertThat(upstream.connections()).isEqualTo(1);
    }

    @Test
    void answersPipelinedRequestsInTheirOrderEachByItsOwnDecision() throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            client.send("POST /1 HTTP/1.1\r\nHost: " + HOST + "\r\nContent-Length: 5\r\n\r\nhello"
                    + "GET /2 HTTP/1.1\r\nHost: " + FREE + "\r\n\r\n"
                    + "GET /3 HTTP/1.1\r\nHost: " + HOST + "\r\nX: " + token + "\r\n\r\n");

            assertThat(client.receive().text()).isEqualTo("POST /1");
            assertThat(client.receive().status()).isEqualTo(421);
            assertThat(client.receive().text()).isEqualTo("GET /3");
            assertThat(upstream.last().field("X")).hasValue(VALUE);
        }
    }

    @Test
    void answersAnExpectationAtOnce() throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            client.send("POST /e HTTP/1.1\r\nHost: " + HOST + "\r\nExpect: 100-continue\r\nContent-Length: 43\r\n\r\n");
            assertThat(Http.head(client.in).status()).isEqualTo(100);
            client.send(token);

            assertThat(client.receive().text()).isEqualTo("POST /e");
            assertThat(upstream.last().text()).isEqualTo(VALUE);
            assertThat(upstream.last().field("Expect")).isEmpty();
        }
    }

    @Test
    void refusesAnExpectedUploadWithoutAskingForIt() throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            client.send("POST /e HTTP/1.1\r\nHost: " + FREE + "\r\nExpect: 100-continue\r\nContent-Length: 43\r\n\r\n");

            assertThat(Http.head(client.in).status()).isEqualTo(421);
        }
    }

    @Test
    void passesResponsesWithoutBodies() throws IOException {
        answers.put("/head", (request, out) -> {
            out.write(Http.latin1("HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n"));
            return true;
        });
        answers.put("/204", (request, out) -> {
            out.write(Http.latin1("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n"));
            return true;
        });
        answers.put("/304", (request, out) -> {
            out.write(Http.latin1("HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\nETag: \"x\"\r\n\r\n"));
            return true;
        });
        answers.put("/0", (request, out) -> {
            TestUpstream.respond(out, 200, "", "");
            return true;
        });
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            client.send("HEAD /head HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n");
            assertThat(Http.response(client.in, true).field("Content-Length")).hasValue("1234");
            var none = client.get(HOST, "/204");
            assertThat(none.status()).isEqualTo(204);
            assertThat(none.field("Content-Length")).as("of what never comes").isEmpty();
            assertThat(client.get(HOST, "/304").field("ETag")).hasValue("\"x\"");
            assertThat(client.get(HOST, "/0").field("Content-Length")).hasValue("0");
            assertThat(client.get(HOST, "/after").text()).isEqualTo("GET /after");
        }
    }

    @Test
    void passesChunksAndTrailersBothWays() throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            client.send("POST /c HTTP/1.1\r\nHost: " + HOST + "\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "14\r\n" + token.substring(0, 20) + "\r\n17\r\n" + token.substring(20) + "\r\n"
                    + "1;x=y\r\n!\r\n0\r\nX-Sum: " + token + "\r\n\r\n");
            client.receive();

            assertThat(upstream.last().text()).isEqualTo(VALUE + "!");
            assertThat(upstream.last().trailers()).containsExactly("X-Sum: " + VALUE);
            // Some servers let go what was not announced.
            assertThat(upstream.last().field("Trailer")).hasValue("X-Sum");
        }
    }

    @Test
    void leavesBodiesAloneWhereNothingCanChange() throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, FREE)) {
            var body = "x".repeat(200_000);
            client.post(FREE, "/", body);
            assertThat(free.last().field("Content-Length")).hasValue("200000");
            assertThat(free.last().content().equals(body)).isTrue();
        }
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            client.post(HOST, "/", token, "Content-Encoding: compress");
            assertThat(upstream.last().text()).isEqualTo(token);
            client.post(HOST, "/", "y".repeat(200_000));
            assertThat(upstream.last().field("Transfer-Encoding")).hasValue("chunked");
            assertThat(upstream.last().content().equals("y".repeat(200_000))).isTrue();
        }
    }

    @Test
    void closesWhenEitherSideWantsTo() throws IOException {
        answers.put("/close", (request, out) -> {
            TestUpstream.respond(out, 200, "Connection: close\r\n", "bye");
            return false;
        });
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            assertThat(client.get(HOST, "/close").text()).isEqualTo("bye");
            assertThat(client.get(HOST, "/again").text()).isEqualTo("GET /again");
            var last = client.get(HOST, "/last", "Connection: close");
            assertThat(last.field("Connection")).hasValue("close");
            assertThat(client.isAtEnd()).isTrue();
        }
    }

    @Test
    void triesAgainWhenAKeptConnectionHasGone() throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            answers.put("/drop", (request, out) -> {
                TestUpstream.respond(out, 200, "", "gone");
                out.flush();
                return false;
            });
            for (int i = 0; i < 20; i++) {
                assertThat(client.get(HOST, "/drop").text()).isEqualTo("gone");
            }
        }
    }

    @Test
    void speaksToOldClients() throws IOException {
        answers.put("/chunks", (request, out) -> {
            out.write(Http.latin1("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"));
            return true;
        });
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            client.send("GET /chunks HTTP/1.0\r\nHost: " + HOST + "\r\n\r\n");
            var response = client.receive();

            assertThat(response.field("Transfer-Encoding")).isEmpty();
            assertThat(response.text()).isEqualTo("abc");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST / HTTP/1.1\r\nHost: api.example.com\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: api.example.com\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
                "POST / HTTP/1.1\r\nHost: api.example.com\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                "GET / HTTP/1.1\r\nHost: api.example.com\r\n folded: x\r\n\r\n",
                "GET / HTTP/1.1\nHost: api.example.com\n\n",
                "GET / HTTP/1.1\r\nHost : api.example.com\r\n\r\n",
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            })
    void refusesWhatCouldBeReadInTwoWaysAndCloses(String request) throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            var refusal = client.send(request + "GET /smuggled HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n")
                    .receive();

            assertThat(refusal.status()).isEqualTo(400);
            assertThat(refusal.field("Connection")).hasValue("close");
            assertThat(client.isAtEnd()).isTrue();
        }
        assertThat(upstream.requests).noneMatch(seen -> seen.target().equals("/smuggled"));
    }

    @Test
    void breaksTheConnectionWhenTheUpstreamStopsInTheMiddle() throws IOException {
        answers.put("/half", (request, out) -> {
            out.write(Http.latin1("HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n" + "x".repeat(100_000)));
            return false;
        });
        try (var client = proxy.tunnel(TestProxy.SANDBOX, FREE)) {
            assertThatThrownBy(() -> client.get(FREE, "/half")).isInstanceOf(IOException.class);
        }
    }

    @Test
    void passesAnEarlyRefusalOfALargeUploadOn() throws IOException {
        answers.put("/", (request, out) -> true);
        var builder = new TestProxy.Builder();
        builder.put(HOST, TestUpstream.scripted(builder.certificates(), HOST, (in, out) -> {
            Http.head(in);
            TestUpstream.respond(out, 413, "Connection: close\r\n", "too large");
            out.flush();
            in.readNBytes(100_000);
        }));
        try (var its = builder.start()) {
            its.admit(TestProxy.SANDBOX, its.policy().allow(HOST));
            try (var client = its.tunnel(TestProxy.SANDBOX, HOST)) {
                client.send("POST / HTTP/1.1\r\nHost: " + HOST + "\r\nContent-Length: 10000000\r\n\r\n"
                        + "x".repeat(50_000));

                var response = client.receive();
                assertThat(response.status()).isEqualTo(413);
                assertThat(response.text()).isEqualTo("too large");
            }
        }
    }

    @Test
    void changesToNoProtocolButWebSocket() throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            assertThat(client.get(HOST, "/x", "Connection: Upgrade", "Upgrade: h2c")
                            .text())
                    .isEqualTo("GET /x");
            assertThat(upstream.last().field("Upgrade")).isEmpty();
        }
    }

    @Test
    void endsClientsThatNeverFinishARequest() throws IOException {
        var builder =
                new TestProxy.Builder().settings("sealbox.proxy.limits { head-timeout = 300 ms, keep-alive = 1 s }");
        try (var impatient = builder.start()) {
            impatient.admit(TestProxy.SANDBOX, impatient.policy().allow(HOST));
            try (var client = impatient.explicit(TestProxy.SANDBOX)) {
                client.send("GET / HTTP/1.1\r\nHo");
                assertThat(client.receive().status()).isEqualTo(408);
            }
            try (var client = impatient.explicit(TestProxy.SANDBOX)) {
                assertThat(client.isAtEnd()).isTrue();
            }
        }
    }

    @Test
    void waitsForNoUpstreamThatNeverAnswers() throws IOException {
        var builder = new TestProxy.Builder().settings("sealbox.proxy.limits.idle-timeout = 1 s");
        builder.put(HOST, TestUpstream.scripted(builder.certificates(), HOST, (in, out) -> {
            Http.head(in);
            in.read();
        }));
        try (var impatient = builder.start()) {
            impatient.admit(TestProxy.SANDBOX, impatient.policy().allow(HOST));
            try (var client = impatient.tunnel(TestProxy.SANDBOX, HOST)) {
                assertThat(client.get(HOST, "/").status()).isEqualTo(504);
            }
        }
    }
}
