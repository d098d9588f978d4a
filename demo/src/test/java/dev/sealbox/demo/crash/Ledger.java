package dev.sealbox.demo.crash;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** All that was asked of the node, and what was answered. Thread-safe. */
final class Ledger {

    /**
     * A store.
     *
     * @param key what its creation is repeated with
     * @param allowlist the one host that it allows; empty while it is absent
     */
    record Store(String name, String key, Register allowlist, Map<String, Register> secrets) {
        Register secret(String secret) {
            return secrets.computeIfAbsent(secret, absent -> new Register(Optional.empty()));
        }
    }

    private final Map<String, Store> stores = new ConcurrentHashMap<>();

    /** The ids of stores whose creation was acknowledged, and which nobody has begun to delete. */
    private final Map<String, String> usable = new ConcurrentHashMap<>();

    private final List<String> order = new CopyOnWriteArrayList<>();

    Store begin(String name) {
        var store = new Store(name, "create " + name, new Register(Optional.empty()), new ConcurrentHashMap<>());
        stores.put(name, store);
        return store;
    }

    void use(String name, String id) {
        usable.put(name, id);
        order.add(name);
    }

    /** No more is done with it but what its taker does; false when another has taken it. */
    boolean retire(String name) {
        order.remove(name);
        return usable.remove(name) != null;
    }

    Optional<String> id(String name) {
        return Optional.ofNullable(usable.get(name));
    }

    List<String> usable() {
        return List.copyOf(order);
    }

    Store store(String name) {
        return Optional.ofNullable(stores.get(name)).orElseThrow(() -> new AssertionError("nobody made " + name));
    }

    List<Store> stores() {
        return List.copyOf(stores.values());
    }
}
