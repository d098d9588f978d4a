package dev.sealbox.demo.crash;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Compares a node with the ledger: whatever was acknowledged is there, and nothing is there by half. */
final class Inspection {
    private final Calls calls;
    private final Ledger ledger;

    Inspection(Calls calls, Ledger ledger) {
        this.calls = calls;
        this.ledger = ledger;
    }

    /** Fails when something is lost or halved; from here on the ledger knows what is there. */
    void inspect(Path data) {
        var listed = listed();
        var ids = new HashMap<String, String>();
        listed.forEach((name, store) -> ids.put(name, store.path("id").asText()));
        for (var store : ledger.stores()) {
            store(store, Optional.ofNullable(listed.get(store.name())));
        }
        assertThat(ledger.stores()).extracting(Ledger.Store::name).containsAll(ids.keySet());
        try (var truth = new Truth(data)) {
            ids.forEach((name, id) -> secrets(ledger.store(name), id, truth));
        }
    }

    private Map<String, JsonNode> listed() {
        var answer = calls.send("GET", "/secret-stores", Map.of());
        assertThat(answer.status()).isEqualTo(200);
        var listed = new TreeMap<String, JsonNode>();
        answer.json().forEach(store -> listed.put(store.path("name").asText(), store));
        return listed;
    }

    private void store(Ledger.Store store, Optional<JsonNode> listed) {
        var seen = listed.map(
                there -> Load.tag(there.path("egressAllowlist").path(0).asText()));
        assertThat(store.allowlist().allows(seen))
                .as("store %s is %s, but may be %s", store.name(), seen, store.allowlist())
                .isTrue();
        var maybeCreated =
                store.allowlist().isUncertain() && ledger.id(store.name()).isEmpty();
        store.allowlist().settle(seen);
        listed.ifPresentOrElse(
                there -> {
                    if (ledger.id(store.name()).isEmpty()) {
                        ledger.use(store.name(), there.path("id").asText());
                    }
                },
                () -> {
                    ledger.retire(store.name());
                    if (maybeCreated) {
                        canBeNamed(store);
                    }
                });
    }

    /** A name that no store bears is free, whatever came between its reservation and its store. */
    private void canBeNamed(Ledger.Store store) {
        var answer = calls.send("POST", "/secret-stores", Map.of("name", store.name()));
        assertThat(answer.status())
                .as("create %s: %s", store.name(), answer.body())
                .isEqualTo(201);
        assertThat(calls.send(
                                "DELETE",
                                "/secret-stores/" + answer.json().path("id").asText(),
                                Map.of())
                        .status())
                .isEqualTo(204);
    }

    private void secrets(Ledger.Store store, String id, Truth truth) {
        var answer = calls.send("GET", "/secret-stores/" + id + "/secrets", Map.of());
        assertThat(answer.status()).isEqualTo(200);
        var hosts = new TreeMap<String, String>();
        answer.json()
                .forEach(secret -> hosts.put(
                        secret.path("name").asText(),
                        Load.tag(secret.path("allowedHosts").path(0).asText())));
        hosts.keySet().forEach(store::secret);
        store.secrets().forEach((name, register) -> {
            var seen = Optional.ofNullable(hosts.get(name));
            assertThat(register.allows(seen))
                    .as("secret %s of %s is %s, but may be %s", name, store.name(), seen, register)
                    .isTrue();
            register.settle(seen);
        });
        var values = new TreeMap<String, String>();
        hosts.forEach((name, tag) -> values.put(name, Load.value(tag)));
        assertThat(truth.values(id, truth.replayed(id)))
                .as("the values of %s", store.name())
                .isEqualTo(values);
    }
}
