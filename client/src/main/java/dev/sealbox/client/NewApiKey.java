package dev.sealbox.client;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/** What a new API key is to be; each method gives a changed copy. */
public final class NewApiKey {
    private final Fields fields;

    private NewApiKey(Fields fields) {
        this.fields = fields;
    }

    private static NewApiKey of(String name, String role) {
        return new NewApiKey(Fields.NONE.with("name", name).with("role", role));
    }

    /** May do everything in its organisation. */
    public static NewApiKey admin(String name) {
        return of(name, "admin");
    }

    /** May use and change stores and sandboxes. */
    public static NewApiKey operator(String name) {
        return of(name, "operator");
    }

    /** May start sandboxes that stand on the named stores only, and use those that it has started. */
    public static NewApiKey agentLauncher(String name, List<String> stores) {
        var key = of(name, "agent-launcher");
        return new NewApiKey(key.fields.with("stores", List.copyOf(stores)));
    }

    /** May read the log. */
    public static NewApiKey auditor(String name) {
        return of(name, "auditor");
    }

    public NewApiKey expiresAt(Instant end) {
        return new NewApiKey(fields.with("expiresAt", end.toString()));
    }

    Map<String, Object> body() {
        return fields.values();
    }
}
