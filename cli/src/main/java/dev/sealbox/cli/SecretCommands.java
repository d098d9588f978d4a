package dev.sealbox.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sealbox.cli.Output.Column;
import dev.sealbox.client.RawRequests;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code secret …}: the secrets of a store. No command shows a value. */
@Command(name = "secret", description = "The secrets of a store.")
final class SecretCommands extends Group {
    private static final List<Column> COLUMNS = Column.of(
            "NAME",
            "name",
            "VERSION",
            "version",
            "STATE",
            "versionState",
            "ENABLED",
            "enabled",
            "HOSTS",
            "allowedHosts",
            "LOCATIONS",
            "locations",
            "UPDATED",
            "updatedAt");
    private static final List<Column> VERSIONS = Column.of(
            "VERSION",
            "version",
            "STATE",
            "state",
            "CURRENT",
            "current",
            "HOSTS",
            "allowedHosts",
            "FROM",
            "restoredFrom",
            "BY",
            "createdBy",
            "CREATED",
            "createdAt");

    private final Session session;
    private final Values values;

    SecretCommands(Session session, Values values) {
        this.session = session;
        this.values = values;
    }

    @Command(description = "All secrets of a store, without their values.")
    int list(@Parameters(paramLabel = "STORE") String store) {
        return session.out().table(session.get(session.store(store) + "/secrets"), COLUMNS);
    }

    @Command(
            description =
                    "Sets value and hosts. The value comes from standard input, without one line end at its end, or from a file as it is.")
    int set(
            @Parameters(paramLabel = "STORE") String store,
            @Parameters(paramLabel = "NAME") String name,
            @Option(names = "--file", paramLabel = "FILE", description = "Holds the value.") Optional<Path> file,
            @Option(
                            names = "--host",
                            paramLabel = "HOST",
                            description =
                                    "Where it may be used; may be repeated. Without any: wherever the sandbox may go.")
                    List<String> hosts,
            @Option(
                            names = "--cas",
                            paramLabel = "N",
                            description = "Only when version N is current; 0: only when there is none.")
                    Optional<Integer> cas) {
        var body = new LinkedHashMap<String, Object>();
        body.put("value", values.read(file));
        body.put("allowedHosts", orNone(hosts));
        cas.ifPresent(version -> body.put("cas", version));
        return changed(session.send("PUT", path(store, name), body));
    }

    @Command(description = "Deletes a secret; its values are destroyed.")
    int delete(@Parameters(paramLabel = "STORE") String store, @Parameters(paramLabel = "NAME") String name) {
        var answer = session.send("DELETE", path(store, name));
        return session.out().done(answer, "deleted " + name + reached(answer));
    }

    @Command(
            description =
                    "Changes where a secret may be used, and keeps its value. Without a host: wherever the sandbox may go.")
    int hosts(
            @Parameters(paramLabel = "STORE") String store,
            @Parameters(paramLabel = "NAME") String name,
            @Parameters(paramLabel = "HOST", arity = "0..*") List<String> hosts) {
        return changed(session.send("PATCH", path(store, name), Map.of("allowedHosts", orNone(hosts))));
    }

    @Command(description = "Says in which parts of a request a secret may stand: headers, basic, path, query, body.")
    int locations(
            @Parameters(paramLabel = "STORE") String store,
            @Parameters(paramLabel = "NAME") String name,
            @Parameters(paramLabel = "LOCATION", arity = "1..*") List<String> locations) {
        return changed(session.send("PUT", path(store, name) + "/locations", Map.of("locations", locations)));
    }

    @Command(
            description =
                    "Says in which requests a secret may be used. RULES is a JSON file: a list of rules with effect"
                            + " (allow, deny) and hosts, methods, pathPrefixes, ports; an empty list lifts them.")
    int rules(
            @Parameters(paramLabel = "STORE") String store,
            @Parameters(paramLabel = "NAME") String name,
            @Parameters(paramLabel = "RULES") Path rules) {
        return changed(session.send("PUT", path(store, name) + "/rules", Map.of("rules", PolicyFile.list(rules))));
    }

    @Command(description = "The versions of a secret, newest first.")
    int versions(@Parameters(paramLabel = "STORE") String store, @Parameters(paramLabel = "NAME") String name) {
        return session.out().table(session.get(path(store, name) + "/versions"), VERSIONS);
    }

    @Command(description = "Makes an earlier version current again, as a new one.")
    int rollback(
            @Parameters(paramLabel = "STORE") String store,
            @Parameters(paramLabel = "NAME") String name,
            @Parameters(paramLabel = "VERSION") int version) {
        return changed(session.send("POST", path(store, name) + "/rollback", Map.of("version", version)));
    }

    @Command(description = "Stops the use of a secret, or of one version.")
    int disable(
            @Parameters(paramLabel = "STORE") String store,
            @Parameters(paramLabel = "NAME") String name,
            @Option(names = "--version", paramLabel = "N") Optional<Integer> version) {
        return switched(store, name, version, "disable");
    }

    @Command(description = "Allows the use of a secret, or of one version, again.")
    int enable(
            @Parameters(paramLabel = "STORE") String store,
            @Parameters(paramLabel = "NAME") String name,
            @Option(names = "--version", paramLabel = "N") Optional<Integer> version) {
        return switched(store, name, version, "enable");
    }

    @Command(description = "Destroys one version for ever.")
    int destroy(
            @Parameters(paramLabel = "STORE") String store,
            @Parameters(paramLabel = "NAME") String name,
            @Parameters(paramLabel = "VERSION") int version) {
        return switched(store, name, Optional.of(version), "destroy");
    }

    private int switched(String store, String name, Optional<Integer> version, String verb) {
        var one = version.map(number -> "/versions/" + number).orElse("");
        return changed(session.send("POST", path(store, name) + one + "/" + verb, Map.of()));
    }

    private String path(String store, String name) {
        return session.store(store) + "/secrets/" + RawRequests.escaped(name);
    }

    private int changed(JsonNode answer) {
        var warning = answer.path("warning").asText("");
        return session.out()
                .done(
                        answer,
                        answer.path("name").asText() + " "
                                + answer.path("status").asText() + ", version "
                                + answer.path("version").asText("-") + reached(answer)
                                + (warning.isEmpty() ? "" : "; warning: " + warning));
    }
}
