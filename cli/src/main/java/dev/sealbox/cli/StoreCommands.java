package dev.sealbox.cli;

import dev.sealbox.cli.Output.Column;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code store …}. */
@Command(name = "store", description = "Secret stores.")
final class StoreCommands extends Group {
    private static final List<Column> COLUMNS = Column.of(
            "NAME",
            "name",
            "ID",
            "id",
            "ALLOWLIST",
            "egressAllowlist",
            "VERSIONS KEPT",
            "maxVersions",
            "UPDATED",
            "updatedAt");

    private final Session session;

    StoreCommands(Session session) {
        this.session = session;
    }

    @Command(description = "All stores, ordered by name.")
    int list() {
        return session.out().table(session.stores(), COLUMNS);
    }

    @Command(description = "Creates a store.")
    int create(
            @Parameters(paramLabel = "NAME") String name,
            @Option(
                            names = "--allow",
                            paramLabel = "HOST",
                            description =
                                    "A host that its sandboxes may reach; may be repeated. Without any they may reach every public host.")
                    List<String> allow,
            @Option(
                            names = "--deny",
                            paramLabel = "HOST",
                            description = "A host that they may not reach, whatever allows it; may be repeated.")
                    List<String> deny,
            @Option(
                            names = "--unusable-tokens",
                            paramLabel = "WORD",
                            description = "pass or refuse: requests with tokens that cannot be used there.")
                    Optional<String> unusable,
            @Option(
                            names = "--tcp",
                            paramLabel = "HOST:PORT",
                            description = "Where plain TCP is passed through, without any secret; may be repeated.")
                    List<String> tcp) {
        var body = new LinkedHashMap<String, Object>();
        body.put("name", name);
        body.put("egressAllowlist", orNone(allow));
        if (!orNone(deny).isEmpty()) {
            body.put("egressDenylist", orNone(deny));
        }
        unusable.ifPresent(word -> body.put("unusableTokens", word));
        if (!orNone(tcp).isEmpty()) {
            body.put("egressTcp", tcp);
        }
        return session.out().fields(session.send("POST", "/secret-stores", body));
    }

    @Command(description = "One store.")
    int show(@Parameters(paramLabel = "STORE") String store) {
        return session.out().fields(session.get(session.store(store)));
    }

    @Command(description = "Changes what is given and keeps the rest.")
    int update(
            @Parameters(paramLabel = "STORE") String store,
            @Option(names = "--name", paramLabel = "NAME", description = "Its new name.") Optional<String> name,
            @Option(names = "--allow", paramLabel = "HOST", description = "Its new allowlist; may be repeated.")
                    List<String> allow,
            @Option(names = "--allow-all", description = "Its allowlist becomes empty: every public host.") boolean all,
            @Option(names = "--deny", paramLabel = "HOST", description = "Its new denylist; may be repeated.")
                    List<String> deny,
            @Option(names = "--deny-none", description = "Its denylist becomes empty.") boolean denyNone,
            @Option(names = "--unusable-tokens", paramLabel = "WORD", description = "pass or refuse.")
                    Optional<String> unusable,
            @Option(
                            names = "--tcp",
                            paramLabel = "HOST:PORT",
                            description = "Where plain TCP is passed through from now on; may be repeated.")
                    List<String> tcp,
            @Option(names = "--no-tcp", description = "Plain TCP is passed through nowhere.") boolean none,
            @Option(names = "--max-versions", paramLabel = "N", description = "How many versions of a secret are kept.")
                    Optional<Integer> maxVersions) {
        var body = new LinkedHashMap<String, Object>();
        name.ifPresent(wanted -> body.put("name", wanted));
        maxVersions.ifPresent(wanted -> body.put("maxVersions", wanted));
        if (all || !orNone(allow).isEmpty()) {
            body.put("egressAllowlist", all ? List.of() : orNone(allow));
        }
        if (denyNone || !orNone(deny).isEmpty()) {
            body.put("egressDenylist", denyNone ? List.of() : orNone(deny));
        }
        unusable.ifPresent(word -> body.put("unusableTokens", word));
        if (denyNone && !orNone(deny).isEmpty()) {
            throw usage("--deny-none goes without --deny");
        }
        if (none || !orNone(tcp).isEmpty()) {
            body.put("egressTcp", none ? List.of() : tcp);
        }
        if (none && !orNone(tcp).isEmpty()) {
            throw usage("--no-tcp goes without --tcp");
        }
        if (body.isEmpty() || (all && !orNone(allow).isEmpty())) {
            throw usage(body.isEmpty() ? "nothing to change" : "--allow-all goes without --allow");
        }
        return session.out().fields(session.send("PUT", session.store(store), body));
    }

    @Command(
            description =
                    "Deletes a store and its secrets. Running sandboxes keep what they have, unless it is revoked.")
    int delete(
            @Parameters(paramLabel = "STORE") String store,
            @Option(names = "--revoke", description = "Take its secrets away from running sandboxes, too.")
                    boolean revoke) {
        var answer = session.send("DELETE", session.store(store) + (revoke ? "?revoke=true" : ""));
        return session.out().done(answer, "deleted " + store + reached(answer));
    }
}
