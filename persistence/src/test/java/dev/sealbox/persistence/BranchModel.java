package dev.sealbox.persistence;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** What every sandbox may do, by the rules of SEMANTICS 7, 8 and 10 said in the plainest way. */
final class BranchModel {
    final List<Store> stores = new ArrayList<>();
    final List<Sandbox> sandboxes = new ArrayList<>();
    final List<Checkpoint> checkpoints = new ArrayList<>();

    /** A value and where it may be used. */
    record Secret(String value, List<String> hosts) {}

    /** A store; one that is deleted goes on being what it was for those who run with it. */
    static final class Store {
        String name;
        List<String> allowlist;
        final Map<String, Secret> secrets = new LinkedHashMap<>();
        boolean deleted;

        Store(String name, List<String> allowlist) {
            this.name = name;
            this.allowlist = allowlist;
        }
    }

    /** What a checkpoint keeps: names of stores, not stores. */
    record Checkpoint(Sandbox source, List<String> stores, List<String> remembered, Map<String, Integer> tokens) {}

    /** A running sandbox: its stack, and how many tokens stand for each name in it. */
    static final class Sandbox {
        final List<Store> stack;
        final boolean lost;
        final List<String> remembered;
        final Set<String> own = new LinkedHashSet<>();
        final Map<String, Integer> inherited;
        boolean cut;

        Sandbox(List<Store> stack, boolean lost, List<String> remembered, Map<String, Integer> inherited) {
            this.stack = stack;
            this.lost = lost;
            this.remembered = union(stack, lost, remembered);
            this.inherited = inherited;
            stack.forEach(store -> own.addAll(store.secrets.keySet()));
        }

        List<String> allowlist() {
            return union(stack, lost, remembered);
        }

        /** The last layer wins a name, with its value and its hosts. */
        Map<String, Secret> secrets() {
            var all = new TreeMap<String, Secret>();
            if (!cut) {
                stack.forEach(store -> all.putAll(store.secrets));
            }
            return all;
        }

        /** How many tokens mean something, by name. */
        Map<String, Integer> tokens() {
            var all = new TreeMap<String, Integer>();
            secrets().keySet().forEach(name -> all.put(name, every().getOrDefault(name, 0)));
            all.values().removeIf(count -> count == 0);
            return all;
        }

        private Map<String, Integer> every() {
            var all = new TreeMap<>(inherited);
            own.forEach(name -> all.merge(name, 1, Integer::sum));
            return all;
        }
    }

    private static List<String> union(List<Store> stack, boolean lost, List<String> remembered) {
        var all = new LinkedHashSet<String>();
        stack.forEach(store -> all.addAll(store.allowlist));
        return all.isEmpty() && lost ? remembered : List.copyOf(all);
    }

    Optional<Store> named(String name) {
        return stores.stream()
                .filter(store -> !store.deleted && store.name.equals(name))
                .findFirst();
    }

    Sandbox create(Optional<Store> store) {
        sandboxes.add(new Sandbox(store.stream().toList(), false, List.of(), Map.of()));
        return sandboxes.getLast();
    }

    /** A name that a store did not have before appears in what runs with it. */
    void set(Store store, String name, Secret secret) {
        store.secrets.put(name, secret);
        sandboxes.stream().filter(one -> one.stack.contains(store)).forEach(one -> one.own.add(name));
    }

    void checkpoint(Sandbox source) {
        var names = source.stack.stream().map(store -> store.name).toList();
        var remembered = source.allowlist().isEmpty() ? source.remembered : source.allowlist();
        checkpoints.add(new Checkpoint(source, names, remembered, source.every()));
    }

    /** The names are looked up anew; the store that is asked for goes last. */
    Sandbox fork(Checkpoint from, Optional<Store> top) {
        var names = new LinkedHashSet<>(from.stores());
        top.ifPresent(store -> {
            names.remove(store.name);
            names.add(store.name);
        });
        var found = names.stream().flatMap(name -> named(name).stream()).toList();
        sandboxes.add(new Sandbox(found, found.size() < names.size(), from.remembered(), from.tokens()));
        return sandboxes.getLast();
    }
}
