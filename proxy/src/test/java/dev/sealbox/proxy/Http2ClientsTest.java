package dev.sealbox.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.proxy.tls.TestCertificates;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that others wrote, with either protocol on either side. */
class Http2ClientsTest {
    /** Where the clients connect from. */
    private static final String SANDBOX = "127.0.0.1";

    private static final String ONE = "one.example.com";
    private static final String TWO = "two.example.com";
    private static final String VALUE = "the-real-value";

    private final TestProxy.Builder set = new TestProxy.Builder();
    private final TestUpstream one = set.secure(ONE, Http2ClientsTest::echo);
    private final TestHttp2Upstream two = set.http2(
            TWO,
            (request, stream) -> stream.head(false, ":status", "200", "x-key", request.field("x-key"))
                    .data(true, request.body()));
    private final TestProxy proxy = set.start();
    private final TestPolicy policy = proxy.policy().allow(ONE, TWO);
    private final String token = policy.secret("API_KEY", VALUE, ONE, TWO).value();

    private static boolean echo(Http.Message request, OutputStream out) throws IOException {
        TestUpstream.respond(out, 200, "X-Key: " + request.field("x-key").orElse("") + "\r\n", request.text());
        return true;
    }

    @BeforeEach
    void admit() {
        proxy.admit(SANDBOX, policy);
    }

    @AfterEach
    void stop() {
        proxy.close();
    }

    private String lastKey(String host) {
        return host.equals(ONE)
                ? one.last().field("x-key").orElse("")
                : two.last().field("x-key");
    }

    @ParameterizedTest
    @CsvSource({"--http2, 2, " + ONE, "--http2, 2, " + TWO, "--http1.1, 1.1, " + ONE, "--http1.1, 1.1, " + TWO})
    void curl(String option, String version, String host, @TempDir Path folder)
            throws IOException, InterruptedException {
        var anchor = Files.writeString(folder.resolve("ca.pem"), proxy.anchor("default"));
        var process = new ProcessBuilder(
                        "curl",
                        "-sS",
                        option,
                        "--max-time",
                        "60",
                        "--proxy",
                        "http://127.0.0.1:" + proxy.proxy.ports().proxy(),
                        "--cacert",
                        anchor.toString(),
                        "-H",
                        "X-Key: " + token,
                        "-d",
                        "a=" + token,
                        "-w",
                        "\n%{http_version} %{http_code}",
                        "https://" + host + "/1",
                        "https://" + host + "/2")
                .redirectErrorStream(true)
                .start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor(Eventually.LIMIT.toSeconds(), TimeUnit.SECONDS))
                .isTrue();
        var each = "a=" + token + "\n" + version + " 200";
        assertThat(output).isEqualTo(each + each);
        assertThat(lastKey(host)).isEqualTo(VALUE);
    }

    @ParameterizedTest
    @ValueSource(strings = {ONE, TWO})
    void theClientOfJava(String host) throws IOException {
        var loopback = InetAddress.getLoopbackAddress();
        try (var client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_2)
                .connectTimeout(Eventually.LIMIT)
                .proxy(ProxySelector.of(
                        new InetSocketAddress(loopback, proxy.proxy.ports().proxy())))
                .sslContext(TestCertificates.client(proxy.anchor("default")))
                .build()) {
            var responses = new ArrayList<CompletableFuture<HttpResponse<String>>>();
            for (int i = 0; i < 50; i++) {
                var request = HttpRequest.newBuilder(URI.create("https://" + host + "/" + i))
                        .timeout(Eventually.LIMIT)
                        .header("X-Key", token)
                        .POST(HttpRequest.BodyPublishers.ofString("body " + i + " " + "x".repeat(i * 1000)))
                        .build();
                responses.add(client.sendAsync(request, HttpResponse.BodyHandlers.ofString()));
            }
            for (int i = 0; i < 50; i++) {
                var response = TestProxy.await(responses.get(i));
                assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
                assertThat(response.body()).startsWith("body " + i + " ");
                assertThat(response.headers().allValues("x-key")).isEqualTo(List.of(token));
            }
        }
        assertThat(lastKey(host)).isEqualTo(VALUE);
    }
}
