package dev.sealbox.benchmarks;

import static dev.sealbox.benchmarks.RotationNode.HOST;
import static dev.sealbox.benchmarks.RotationNode.now;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.sandbox.Limits;
import dev.sealbox.domain.sandbox.NewSandbox;
import dev.sealbox.domain.sandbox.Run;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * How long a new value takes to all of 1,000 sandboxes that run with its store: from the request to the API until its
 * answer, which comes when the last of them has it. On one host, and on three. After every answer some of them send a request with their token,
 * and what arrives must be the new value.
 */
final class Rotation {
    private static final int SANDBOXES = 1000;
    private static final int AT_A_TIME = 20;
    private static final int UNMEASURED = 50;
    private static final int TIMES = 100;
    private static final int NAMES = 10;
    private static final int CHECKED = 5;
    private static final Run PRINT =
            new Run(List.of("printenv", "API_KEY"), Map.of(), Optional.empty(), Duration.ofMinutes(1));
    private static final Run WHERE =
            new Run(LoopbackSandboxes.WHERE, Map.of(), Optional.empty(), Duration.ofMinutes(1));
    private static final Origin ORIGIN = Origin.system(RotationNode.ORGANIZATION);

    private final RotationNode node;
    private final HttpClient http = HttpClient.newHttpClient();
    private final Random random = new Random(1);
    private final SSLContext trust;
    private final StoreId store;
    private final String where;

    private Rotation(RotationNode node, String where) {
        this.node = node;
        this.where = where;
        this.trust = trusting(now(node.proxy.certificate(RotationNode.ORGANIZATION)));
        this.store = done(node.persistence
                        .stores()
                        .create(ORIGIN, new StoreName("bench"), HostPattern.parseAll(List.of(HOST))))
                .id();
    }

    static List<Samples> measure() {
        var all = new ArrayList<Samples>();
        try (var node = RotationNode.open()) {
            Runtime.getRuntime().addShutdownHook(new Thread(node::close));
            all.addAll(new Rotation(node, ", until the last of 1,000 has it").both(1));
        }
        try (var cluster = new RotationCluster()) {
            Runtime.getRuntime().addShutdownHook(new Thread(cluster::close));
            all.addAll(new Rotation(cluster.first(), " on three hosts, until the last").both(3));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all;
    }

    private List<Samples> both(int hosts) {
        put("API_KEY", value());
        var sandboxes = sandboxes();
        spread(sandboxes, hosts);
        return List.of(newValues(sandboxes), newNames());
    }

    /** Each host is to have its share, nearly. */
    private void spread(List<SandboxId> sandboxes, int hosts) {
        var shares = sandboxes.stream()
                .collect(Collectors.groupingBy(sandbox -> run(sandbox, WHERE).split(" ", 2)[1], Collectors.counting()));
        if (shares.size() != hosts || shares.values().stream().anyMatch(share -> share < SANDBOXES / hosts / 2)) {
            throw new IllegalStateException("sandboxes lie unevenly on hosts: " + shares.values());
        }
    }

    private List<SandboxId> sandboxes() {
        var all = new ArrayList<SandboxId>();
        while (all.size() < SANDBOXES) {
            IntStream.range(0, AT_A_TIME)
                    .mapToObj(i -> node.persistence.sandboxes().create(ORIGIN, wanted()))
                    .toList()
                    .forEach(creating -> all.add(done(creating).id()));
        }
        return all;
    }

    private static NewSandbox wanted() {
        return new NewSandbox(
                "base", Optional.of(new StoreName("bench")), new Limits(1, 1024, 20480), 0, Map.of(), Map.of());
    }

    private Samples newValues(List<SandboxId> sandboxes) {
        var nanos = new ArrayList<Long>();
        for (int i = 0; i < UNMEASURED + TIMES; i++) {
            var value = value();
            long start = System.nanoTime();
            put("API_KEY", value);
            long taken = System.nanoTime() - start;
            for (int each = 0; each < CHECKED; each++) {
                check(sandboxes.get(random.nextInt(sandboxes.size())), value);
            }
            if (i >= UNMEASURED) {
                nanos.add(taken);
            }
        }
        return new Samples("new value" + where, nanos).p99AtMost(500);
    }

    /** Each sandbox draws a token and notes it down. */
    private Samples newNames() {
        var nanos = new ArrayList<Long>();
        for (int i = 0; i < NAMES; i++) {
            long start = System.nanoTime();
            put("NAME_" + i, value());
            nanos.add(System.nanoTime() - start);
        }
        return new Samples("new name" + where, nanos);
    }

    private static String value() {
        return "real-" + UUID.randomUUID();
    }

    private void put(String name, String value) {
        var uri = URI.create("http://127.0.0.1:" + node.api.address().getPort() + "/api/secret-stores/" + store
                + "/secrets/" + name);
        var request = HttpRequest.newBuilder(uri)
                .header("X-API-Key", RotationNode.KEY)
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString("{\"value\":\"" + value + "\"}"))
                .build();
        try {
            var answer = http.send(request, BodyHandlers.ofString());
            if (answer.statusCode() != 200 || answer.body().contains("refreshErrors")) {
                throw new IllegalStateException("not every sandbox has the change: " + answer.body());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted during a rotation", e);
        }
    }

    private void check(SandboxId sandbox, String value) {
        var target = "/" + UUID.randomUUID();
        LoopbackSandboxes.get(run(sandbox, WHERE), trust, HOST, target, "X-Key: " + run(sandbox, PRINT));
        var arrived = node.upstream.latest(target).orElseThrow().header("x-key");
        if (!arrived.equals(value)) {
            throw new IllegalStateException("a request after the answer did not carry the new value");
        }
    }

    private String run(SandboxId sandbox, Run command) {
        return done(node.persistence.sandboxes().run(ORIGIN, sandbox, command)).stdout();
    }

    private static <T> T done(java.util.concurrent.CompletionStage<Outcome<T>> stage) {
        return switch (now(stage)) {
            case Outcome.Done<T>(var value) -> value;
            case Outcome.Refused<T>(var reason) -> throw new IllegalStateException(reason.message());
        };
    }

    private static SSLContext trusting(String pem) {
        try {
            var anchor = CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
            var roots = KeyStore.getInstance(KeyStore.getDefaultType());
            roots.load(null, null);
            roots.setCertificateEntry("anchor", anchor);
            var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(roots);
            var context = SSLContext.getInstance("TLS");
            context.init(null, factory.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("the proxy's certificate cannot be trusted", e);
        }
    }
}
