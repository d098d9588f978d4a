package dev.sealbox.demo.crash;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** Several clients at a time who set, replace, delete and create, and note what was answered, until they are stopped. */
final class Load {
    private static final int CLIENTS = 6;
    private static final int NAMES = 5;
    private static final int FEWEST = 4;
    private static final int MOST = 14;

    private final Calls calls;
    private final Ledger ledger;
    private final AtomicInteger tags;
    private final AtomicInteger acknowledged = new AtomicInteger();
    private volatile boolean stopped;

    /** @param tags tells everything that is ever written apart */
    Load(Calls calls, Ledger ledger, AtomicInteger tags) {
        this.calls = calls;
        this.ledger = ledger;
        this.tags = tags;
    }

    List<Thread> start(long seed) {
        return IntStream.range(0, CLIENTS)
                .mapToObj(client -> Thread.ofPlatform().start(() -> {
                    var random = new Random(seed + client);
                    while (!stopped) {
                        once(random);
                    }
                }))
                .toList();
    }

    void stop() {
        stopped = true;
    }

    int acknowledged() {
        return acknowledged.get();
    }

    private void once(Random random) {
        var stores = ledger.usable();
        var dice = random.nextInt(100);
        if (stores.size() < FEWEST || (dice < 10 && stores.size() < MOST)) {
            create();
            return;
        }
        var store = stores.get(random.nextInt(stores.size()));
        var secret = "SECRET_" + random.nextInt(NAMES);
        ledger.id(store).ifPresent(id -> {
            if (dice < 16) {
                delete(store, id);
            } else if (dice < 28) {
                changeAllowlist(store, id);
            } else if (dice < 42) {
                deleteSecret(store, id, secret);
            } else if (dice < 44) {
                // Whether or not this version can rotate master keys, no value may suffer.
                calls.send("POST", "/master-keys/rotate", Map.of());
            } else {
                set(store, id, secret);
            }
        });
    }

    private void create() {
        var tag = tag();
        var store = ledger.begin("store-" + tag);
        var began = System.nanoTime();
        var answer = create(calls, store, tag);
        note(store.allowlist(), Optional.of(tag), began, answer);
        if (answer.isDone()) {
            ledger.use(store.name(), answer.json().path("id").asText());
        }
    }

    static Calls.Answer create(Calls calls, Ledger.Store store, String tag) {
        return calls.send(
                "POST",
                "/secret-stores",
                Map.of("name", store.name(), "egressAllowlist", List.of(host(tag))),
                "Idempotency-Key",
                store.key());
    }

    private void delete(String store, String id) {
        if (ledger.retire(store)) {
            var began = System.nanoTime();
            var answer = calls.send("DELETE", "/secret-stores/" + id, Map.of());
            note(ledger.store(store).allowlist(), Optional.empty(), began, answer);
        }
    }

    private void changeAllowlist(String store, String id) {
        var tag = tag();
        var began = System.nanoTime();
        var answer = calls.send("PUT", "/secret-stores/" + id, Map.of("egressAllowlist", List.of(host(tag))));
        note(ledger.store(store).allowlist(), Optional.of(tag), began, answer);
    }

    private void set(String store, String id, String secret) {
        var tag = tag();
        var began = System.nanoTime();
        var answer = calls.send(
                "PUT",
                "/secret-stores/" + id + "/secrets/" + secret,
                Map.of("value", value(tag), "allowedHosts", List.of(host(tag))));
        note(ledger.store(store).secret(secret), Optional.of(tag), began, answer);
    }

    private void deleteSecret(String store, String id, String secret) {
        var began = System.nanoTime();
        var answer = calls.send("DELETE", "/secret-stores/" + id + "/secrets/" + secret, Map.of());
        note(ledger.store(store).secret(secret), Optional.empty(), began, answer);
    }

    private void note(Register register, Optional<String> after, long began, Calls.Answer answer) {
        if (answer.isDone()) {
            acknowledged.incrementAndGet();
            register.acknowledged(after, began);
        } else if (!answer.isRefused()) {
            register.unanswered(after, began);
        }
    }

    private String tag() {
        return Integer.toString(tags.incrementAndGet());
    }

    static String host(String tag) {
        return "h" + tag + ".test";
    }

    static String tag(String host) {
        return host.substring(1, host.length() - ".test".length());
    }

    static String value(String tag) {
        return "the value number " + tag;
    }
}
