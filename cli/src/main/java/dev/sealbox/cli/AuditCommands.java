package dev.sealbox.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sealbox.cli.Output.Column;
import dev.sealbox.client.RawRequests;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code audit …}: what the log says. ENTITY is an id, if need be with its kind before it: {@code secret-store:…}. */
@Command(name = "audit", description = "What the log says.")
final class AuditCommands extends Group {
    private static final List<Column> CHANGES =
            Column.of("CHANGE", "change", "WHERE", "path", "BEFORE", "before", "AFTER", "after");
    private static final List<Column> WHO = Column.of(
            "SANDBOX",
            "sandboxID",
            "STATUS",
            "status",
            "GIVEN BY",
            "secret/storeName",
            "VERSION",
            "secret/version",
            "TOKEN",
            "token",
            "CREATED BY",
            "createdBy",
            "CREATED",
            "createdAt");
    private static final List<Column> FINDINGS =
            Column.of("FINDING", "kind", "ENTITY", "entity", "EVENT", "sequence", "DETAIL", "detail");
    private static final List<Column> BLOCKED = Column.of(
            "RULE",
            "rule",
            "SECRET",
            "secret",
            "HOST",
            "host",
            "USES",
            "uses",
            "SANDBOXES",
            "sandboxes",
            "FIRST",
            "first",
            "LAST",
            "last");
    private static final List<Column> HEADS = Column.of(
            "HEAD", "number", "AT", "at", "UP TO", "upTo", "EVENTS", "events", "ENTITIES", "entities", "HASH", "hash");

    private final Session session;

    AuditCommands(Session session) {
        this.session = session;
    }

    @Command(description = "Events, oldest first.")
    int events(
            @Option(names = "--entity", paramLabel = "ENTITY") Optional<String> entity,
            @Option(names = "--kind", paramLabel = "KIND") Optional<String> kind,
            @Option(names = "--actor", paramLabel = "KEY", description = "The id of an API key.")
                    Optional<String> actor,
            @Option(names = "--from", paramLabel = "TIME") Optional<String> from,
            @Option(names = "--until", paramLabel = "TIME") Optional<String> until,
            @Option(names = "--after", paramLabel = "OFFSET", description = "Only what comes after this event.")
                    Optional<String> after,
            @Option(names = "--limit", paramLabel = "N", description = "A page of so many; without it all of them.")
                    Optional<String> limit,
            @Option(names = "--follow", description = "Go on with what happens from now on, until interrupted.")
                    boolean follow) {
        var query = new Query()
                .with("entity", entity)
                .with("kind", kind)
                .with("actor", actor)
                .with("from", from)
                .with("until", until)
                .with("after", after);
        return told(EventLines.events(session.out()), "/audit/events", query, limit, follow);
    }

    @Command(description = "Which sandbox used which secret where, and what was refused.")
    int uses(
            @Option(names = "--sandbox", paramLabel = "SANDBOX") Optional<String> sandbox,
            @Option(names = "--secret", paramLabel = "NAME") Optional<String> secret,
            @Option(names = "--host", paramLabel = "HOST", description = "Or *.example.com, for those below one.")
                    Optional<String> host,
            @Option(
                            names = "--decision",
                            paramLabel = "WORD",
                            description = "used, refused, passed, alarm, unusable, unsent or begun.")
                    Optional<String> decision,
            @Option(names = "--from", paramLabel = "TIME") Optional<String> from,
            @Option(names = "--until", paramLabel = "TIME") Optional<String> until,
            @Option(names = "--after", paramLabel = "OFFSET", description = "Only what comes after this record.")
                    Optional<String> after,
            @Option(names = "--limit", paramLabel = "N", description = "A page of so many; without it all of them.")
                    Optional<String> limit,
            @Option(names = "--follow", description = "Go on with what happens from now on, until interrupted.")
                    boolean follow) {
        var query = new Query()
                .with("sandbox", sandbox)
                .with("secret", secret)
                .with("host", host)
                .with("decision", decision)
                .with("from", from)
                .with("until", until)
                .with("after", after);
        return told(EventLines.uses(session.out()), "/audit/uses", query, limit, follow);
    }

    @Command(
            name = "what-if",
            description = "What a policy would have forbidden of the recorded uses of secrets. POLICY is a JSON file:"
                    + " egressAllowlist, egressDenylist, and allowedHosts and rules by the names of secrets.")
    int whatIf(
            @Parameters(paramLabel = "POLICY") Path policy,
            @Option(names = "--since", paramLabel = "TIME", description = "Only uses from then on.")
                    Optional<String> since,
            @Option(names = "--after", paramLabel = "OFFSET", description = "Only what comes after this record.")
                    Optional<String> after) {
        var query = new Query().with("since", since).with("after", after);
        var answer = session.send("POST", "/audit/what-if" + query, PolicyFile.read(policy));
        session.out().table(answer, answer.path("blocked"), BLOCKED);
        if (!session.out().json()) {
            session.out()
                    .line(answer.path("examined").asText() + " uses looked at"
                            + (answer.path("complete").asBoolean()
                                    ? ""
                                    : "; there are more: --after "
                                            + answer.path("next").asText()));
        }
        return 0;
    }

    private int told(EventLines lines, String path, Query query, Optional<String> limit, boolean follow) {
        if (follow && limit.isPresent()) {
            throw usage("--limit does not go with --follow");
        }
        if (limit.isPresent()) {
            return lines.page(session.get(path + query.with("limit", limit)));
        }
        var accept = follow ? "text/event-stream" : "application/x-ndjson";
        return lines.stream(session.client().raw().follow(path + query, accept));
    }

    @Command(
            description =
                    "An entity as it was at a moment, or what changed between two. A moment is a time or the number of an event.")
    int replay(
            @Parameters(paramLabel = "ENTITY") String entity,
            @Option(names = "--at", paramLabel = "MOMENT") Optional<String> at,
            @Option(names = "--diff", paramLabel = "FROM TO", arity = "2") List<String> diff) {
        var between = orNone(diff);
        if (at.isPresent() == !between.isEmpty()) {
            throw usage("give either --at MOMENT or --diff FROM TO");
        }
        var path = "/audit/replay/" + RawRequests.escaped(entity);
        if (at.isPresent()) {
            return session.out().raw(session.get(path + new Query().with("at", at)));
        }
        var answer = session.get(path
                + new Query().with("from", Optional.of(between.getFirst())).with("to", Optional.of(between.getLast())));
        return session.out().table(answer, answer.path("changes"), CHANGES);
    }

    @Command(name = "who-could", description = "Every sandbox that could use a secret on a host at a moment.")
    int whoCould(
            @Parameters(paramLabel = "NAME") String name,
            @Option(names = "--host", required = true, paramLabel = "HOST") String host,
            @Option(names = "--at", paramLabel = "TIME", description = "Now, unless given.") Optional<String> at) {
        var answer = session.get("/audit/who-could"
                + new Query()
                        .with("name", Optional.of(name))
                        .with("host", Optional.of(host))
                        .with("at", at));
        session.out().table(answer, answer.path("sandboxes"), WHO);
        if (!session.out().json() && !answer.path("complete").asBoolean(true)) {
            session.out()
                    .line("not complete: the log is known up to "
                            + answer.path("upTo").asText());
        }
        if (!session.out().json() && answer.hasNonNull("next")) {
            session.out().line("there are more; --json shows where to go on");
        }
        return 0;
    }

    @Command(description = "Checks that no event was changed, removed, moved or cut off. Exit status 1 when one was.")
    int verify() {
        var answer = session.get("/audit/verify");
        if (answer.has("error")) {
            throw new CannotRun(answer.path("error").asText());
        }
        var intact = answer.path("intact").asBoolean();
        if (session.out().json()) {
            session.out().raw(answer);
        } else {
            if (!intact) {
                session.out().table(answer, answer.path("findings"), FINDINGS);
            }
            session.out().line(verdict(answer, intact));
        }
        return intact ? 0 : 1;
    }

    private static String verdict(JsonNode answer, boolean intact) {
        return (intact ? "intact: " : "NOT intact: ") + answer.path("events").asText() + " events of "
                + answer.path("entities").asText() + " entities, "
                + answer.path("heads").asText() + " signed heads";
    }

    @Command(description = "The signed heads that vouch for the log.")
    int heads(@Option(names = "--after", paramLabel = "N") Optional<String> after) {
        var answer = session.get("/audit/heads" + new Query().with("after", after));
        return session.out().table(answer, answer.path("heads"), HEADS);
    }

    @Command(
            description =
                    "The signed statement about what was destroyed of a store, or of one of its secrets. STORE is an id when the store is deleted.")
    int certificate(
            @Parameters(paramLabel = "STORE") String store,
            @Parameters(paramLabel = "SECRET", arity = "0..1") Optional<String> secret) {
        var one = secret.map(name -> "/secrets/" + RawRequests.escaped(name)).orElse("");
        return session.out().fields(session.get(session.store(store) + one + "/destruction-certificate"));
    }
}
