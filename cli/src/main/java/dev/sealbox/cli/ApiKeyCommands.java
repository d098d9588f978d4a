package dev.sealbox.cli;

import dev.sealbox.cli.Output.Column;
import dev.sealbox.client.RawRequests;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code api-key …}: who may use the API. */
@Command(name = "api-key", description = "The API keys of the organisation.")
final class ApiKeyCommands extends Group {
    private static final List<Column> COLUMNS = Column.of(
            "ID",
            "id",
            "NAME",
            "name",
            "ROLE",
            "role",
            "STORES",
            "stores",
            "EXPIRES",
            "expiresAt",
            "LAST USED",
            "lastUsedAt",
            "REVOKED",
            "revoked");

    private final Session session;

    ApiKeyCommands(Session session) {
        this.session = session;
    }

    @Command(description = "All keys, without the keys themselves.")
    int list() {
        return session.out().table(session.get("/api-keys"), COLUMNS);
    }

    @Command(description = "Makes a key, and shows it this once.")
    int issue(
            @Parameters(paramLabel = "NAME") String name,
            @Option(
                            names = "--role",
                            required = true,
                            paramLabel = "ROLE",
                            description = "admin, operator, agent-launcher or auditor.")
                    String role,
            @Option(
                            names = "--store",
                            paramLabel = "NAME",
                            description = "A store that an agent-launcher may start sandboxes with; may be repeated.")
                    List<String> stores,
            @Option(names = "--expires", paramLabel = "TIME", description = "Such as 2030-01-31T12:00:00Z.")
                    Optional<String> expires) {
        var body = new LinkedHashMap<String, Object>();
        body.put("name", name);
        body.put("role", role);
        body.put("stores", orNone(stores));
        expires.ifPresent(time -> body.put("expiresAt", time));
        return session.out().fields(session.send("POST", "/api-keys", body));
    }

    @Command(description = "Makes a key invalid, at once and everywhere.")
    int revoke(@Parameters(paramLabel = "ID") String id) {
        return session.out().done(session.send("DELETE", "/api-keys/" + RawRequests.escaped(id)), "revoked " + id);
    }
}
