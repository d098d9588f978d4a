package dev.sealbox.client;

import java.util.List;
import java.util.Map;

/** What is to change about a store; each method gives a changed copy. */
public final class StoreUpdate {
    private final Fields fields;

    private StoreUpdate(Fields fields) {
        this.fields = fields;
    }

    /** Changes nothing. */
    public static StoreUpdate nothing() {
        return new StoreUpdate(Fields.NONE);
    }

    public StoreUpdate name(String name) {
        return new StoreUpdate(fields.with("name", name));
    }

    /** Replaces the list; an empty one lifts the restriction. */
    public StoreUpdate egressAllowlist(List<String> hosts) {
        return new StoreUpdate(fields.with("egressAllowlist", List.copyOf(hosts)));
    }

    /** Replaces the list of {@code host:port} to which plain TCP is passed through. */
    public StoreUpdate egressTcp(List<String> targets) {
        return new StoreUpdate(fields.with("egressTcp", List.copyOf(targets)));
    }

    /** How many versions of each secret are kept, 1 to 100; older ones are destroyed. */
    public StoreUpdate maxVersions(int versions) {
        return new StoreUpdate(fields.with("maxVersions", versions));
    }

    Map<String, Object> body() {
        return fields.values();
    }
}
