package dev.sealbox.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Values that change as fast as they can while requests flow. */
class RotationRaceTest {
    private static final String HOST = "echo.example.com";
    private static final String TWO = "two.example.com";
    private static final int CLIENTS = 4;
    private static final int REQUESTS = 20;
    private static final int CHANGES = 6;

    private final AtomicInteger changes = new AtomicInteger();

    private static boolean echo(Http.Message request, OutputStream out) throws IOException {
        var key = request.field("x-key").orElse("");
        TestUpstream.respond(out, 200, "X-Echo: " + key + "\r\n", key + " " + request.text());
        return true;
    }

    private static void echo(TestHttp2Upstream.Received request, TestHttp2Upstream.Stream stream) {
        var key = request.field("x-key");
        stream.head(false, ":status", "200", "x-echo", key).data(true, key + " " + request.body());
    }

    @ParameterizedTest
    @ValueSource(strings = {HOST, TWO})
    void noRequestBreaksOrMixesValuesAndNoneComesBack(String host) throws Exception {
        var set = new TestProxy.Builder();
        var upstream = set.secure(HOST, RotationRaceTest::echo);
        var second = set.http2(TWO, RotationRaceTest::echo);
        try (var proxy = set.start();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var policy = proxy.policy().allow(HOST, TWO);
            var token = policy.secret("API_KEY", value(0)).value();
            proxy.admit(TestProxy.SANDBOX, policy);

            var clients = new ArrayList<Future<Integer>>();
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(threads.submit(() -> ask(proxy, host, token)));
            }
            changes.set(0);
            while (!clients.stream().allMatch(Future::isDone)) {
                policy.secret("API_KEY", value(changes.incrementAndGet()));
                proxy.admit(TestProxy.SANDBOX, policy);
                // Leaves requests some of the processors.
                LockSupport.parkNanos(1_000_000);
            }
            int answered = 0;
            for (var client : clients) {
                answered += client.get();
            }

            assertThat(upstream.requests.size() + second.requests.size()).isEqualTo(answered);
            for (var request : upstream.requests) {
                assertThat(request.field("x-key").orElseThrow())
                        .matches("rotating-value-[0-9]{8}-end")
                        .isEqualTo(request.text());
            }
            for (var request : second.requests) {
                assertThat(request.field("x-key"))
                        .matches("rotating-value-[0-9]{8}-end")
                        .isEqualTo(request.body());
            }
        }
    }

    /** Until there were as many requests and changes as there shall be at least; gives how many requests. */
    private int ask(TestProxy proxy, String host, String token) throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, host)) {
            int asked = 0;
            while (asked < REQUESTS || changes.get() < CHANGES) {
                var response = client.post(host, "/", token, "X-Key: " + token);
                assertThat(response.status()).isEqualTo(200);
                assertThat(response.field("x-echo")).hasValue(token);
                assertThat(response.text()).isEqualTo(token + " " + token);
                asked++;
            }
            return asked;
        }
    }

    private static String value(int number) {
        return String.format(Locale.ROOT, "rotating-value-%08d-end", number);
    }
}
