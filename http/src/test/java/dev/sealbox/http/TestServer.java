package dev.sealbox.http;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.ConfigFactory;
import dev.sealbox.domain.organization.Role;
import dev.sealbox.domain.sandbox.FileLinks;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** The real API on a free port, over ports in memory. */
final class TestServer implements AutoCloseable {
    static final String KEY = "osb_key-of-acme";
    static final String OTHER_KEY = "osb_key-of-other";
    private static final ObjectMapper JSON = new ObjectMapper();

    /** For what takes milliseconds on an idle machine. */
    static final Duration PATIENCE = Duration.ofSeconds(60);

    static final FileLinks LINKS =
            link -> UUID.nameUUIDFromBytes(link.statement()).toString().replace("-", "");

    final FakeKeys keys = new FakeKeys();
    final PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    final FakeStores stores = new FakeStores();
    final FakeVersions versions = new FakeVersions(stores);
    final FakeSandboxes sandboxes = new FakeSandboxes();
    final FakeHosts hosts = new FakeHosts();
    final FakeMasterKeys masterKeys = new FakeMasterKeys();
    final FakeCertificates certificates = new FakeCertificates();
    final FakeCheckpoints checkpoints = new FakeCheckpoints(sandboxes);
    final FakeBranches branches = new FakeBranches(sandboxes, checkpoints);
    final FakeSessions sessions = new FakeSessions(sandboxes);
    final FakePreviews previews = new FakePreviews(sandboxes);
    final FakeImages images = new FakeImages(sandboxes, checkpoints);
    final FakeArchives archives = new FakeArchives();
    final FakeAnswers log = new FakeAnswers();
    final FakeAuditLog auditLog = new FakeAuditLog();
    final FakeUseLog uses = new FakeUseLog();
    final FakeUsage usage = new FakeUsage();
    final FakeWebhooks webhooks = new FakeWebhooks();
    volatile Readiness readiness = ready(Readiness.Part.usable("database"));
    private final ActorSystem<Void> system;
    private final Api api;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** What came back. */
    record Answer(int status, HttpHeaders headers, String body) {
        JsonNode json() {
            try {
                return JSON.readTree(body);
            } catch (IOException e) {
                throw new AssertionError("no JSON: " + body, e);
            }
        }

        String error() {
            return json().path("error").asText();
        }

        String code() {
            return json().path("code").asText();
        }
    }

    TestServer() {
        this("");
    }

    /** With settings that differ from the defaults, as HOCON. */
    TestServer(String settings) {
        var config = ConfigFactory.parseString(settings)
                .withFallback(
                        ConfigFactory.parseString(
                                "sealbox.http.port = 0, akka.loglevel = DEBUG, sealbox.http.rate-limit.requests-per-second = 0"))
                .withFallback(ConfigFactory.load())
                .resolve();
        this.system = ActorSystem.create(Behaviors.empty(), "http-test", config);
        keys.grant(KEY, "acme", "key-1", Role.ADMIN);
        keys.grant(OTHER_KEY, "other", "key-2", Role.ADMIN);
        this.api = Api.start(
                        system,
                        HttpSettings.from(config),
                        stores,
                        versions,
                        sandboxes,
                        LINKS,
                        sandboxes,
                        sessions,
                        previews,
                        checkpoints,
                        branches,
                        images,
                        archives,
                        log,
                        keys,
                        hosts,
                        masterKeys,
                        certificates,
                        keys,
                        auditLog,
                        uses,
                        usage,
                        webhooks,
                        new FakeRepeats(),
                        () -> readiness.parts(),
                        metrics)
                .toCompletableFuture()
                .join();
    }

    static Readiness ready(Readiness.Part... parts) {
        return () -> CompletableFuture.completedFuture(List.of(parts));
    }

    int port() {
        return api.address().getPort();
    }

    Socket socket() throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), port());
    }

    Answer send(String method, String path) {
        return send(method, path, BodyPublishers.noBody(), "X-API-Key", KEY);
    }

    Answer send(String method, String path, String json) {
        return send(method, path, BodyPublishers.ofString(json), "X-API-Key", KEY, "Content-Type", "application/json");
    }

    Answer send(String method, String path, BodyPublisher body, String... headers) {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
                .method(method, body)
                .timeout(PATIENCE);
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            var response = client.send(request.build(), BodyHandlers.ofString());
            return new Answer(response.statusCode(), response.headers(), response.body());
        } catch (IOException e) {
            throw new AssertionError(method + " " + path + " was not answered", e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** The answer to a GET as it comes in. */
    HttpResponse<InputStream> stream(String path, String... headers) {
        return stream("GET", path, BodyPublishers.noBody(), headers);
    }

    /** An answer as it comes in. */
    HttpResponse<InputStream> stream(String method, String path, BodyPublisher body, String... headers) {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
                .method(method, body)
                .header("X-API-Key", KEY)
                .timeout(PATIENCE);
        for (var i = 0; i < headers.length; i += 2) {
            request.setHeader(headers[i], headers[i + 1]);
        }
        try {
            return client.send(request.build(), BodyHandlers.ofInputStream());
        } catch (IOException e) {
            throw new AssertionError(method + " " + path + " was not answered", e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /**
     * The whole of an answer that takes its time: what it waits for comes when so many spaces have arrived, however long
     * they take.
     */
    static Answer afterSpaces(int count, HttpResponse<InputStream> answer, Runnable thatWaitedFor) {
        try (var in = answer.body()) {
            var spaces = new String(in.readNBytes(count), StandardCharsets.UTF_8);
            thatWaitedFor.run();
            var rest = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return new Answer(answer.statusCode(), answer.headers(), spaces + rest);
        } catch (IOException e) {
            throw new AssertionError("the answer broke off", e);
        }
    }

    /** Waits for what happens soon, also on a machine that has other things to do. */
    static void until(String what, BooleanSupplier holds) {
        var deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!holds.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            LockSupport.parkNanos(1_000_000);
        }
    }

    CompletableFuture<akka.Done> stopping() {
        return api.stop().toCompletableFuture();
    }

    @Override
    public void close() {
        api.stop()
                .toCompletableFuture()
                .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
        system.terminate();
        system.getWhenTerminated()
                .toCompletableFuture()
                .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
    }
}
