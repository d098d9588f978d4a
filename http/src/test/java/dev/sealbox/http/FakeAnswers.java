package dev.sealbox.http;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.audit.AuditAnswers;
import dev.sealbox.domain.audit.AuditRefusal;
import dev.sealbox.domain.audit.Candidate;
import dev.sealbox.domain.audit.Candidate.Ancestor;
import dev.sealbox.domain.audit.Candidate.Given;
import dev.sealbox.domain.audit.Candidate.Known;
import dev.sealbox.domain.audit.Candidate.Layer;
import dev.sealbox.domain.audit.Candidate.Life;
import dev.sealbox.domain.audit.Candidate.Presence;
import dev.sealbox.domain.audit.Candidate.TokenKind;
import dev.sealbox.domain.audit.Difference;
import dev.sealbox.domain.audit.Finding;
import dev.sealbox.domain.audit.Moment;
import dev.sealbox.domain.audit.Scope;
import dev.sealbox.domain.audit.Subject;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.sandbox.StoreLayer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

/** One sandbox's log in memory: three events, of which the first happened at {@link #FIRST}. */
final class FakeAnswers implements AuditAnswers {
    static final Instant FIRST = Instant.parse("2026-01-01T00:00:00Z");
    static final SandboxId SANDBOX = new SandboxId("sb-0123456789abcdef");
    private static final OrganizationId ACME = new OrganizationId("acme");
    private static final StoreId STORE = new StoreId(UUID.fromString("0b9f7a62-5a3e-4d0c-9f0e-2f3a1c7d9e10"));

    final List<Question> questions = new CopyOnWriteArrayList<>();

    @Override
    public CompletionStage<Outcome<Replayed>> replay(Scope scope, List<Subject> meant, Moment moment) {
        var known = meant.stream()
                .filter(subject -> subject.equals(new Subject.OfSandbox(SANDBOX)) && scope.covers(ACME))
                .findFirst();
        return CompletableFuture.completedFuture(
                known.isEmpty()
                        ? Outcome.refused(new AuditRefusal.NoSuchSubject())
                        : switch (moment) {
                            case Moment.At(var time) ->
                                time.isBefore(FIRST)
                                        ? Outcome.refused(new AuditRefusal.BeforeFirstEvent(FIRST))
                                        : Outcome.done(at(3));
                            case Moment.Sequence(var number) ->
                                number > 3 ? Outcome.refused(new AuditRefusal.NotReached(3)) : Outcome.done(at(number));
                        });
    }

    private static Replayed at(long number) {
        return new Replayed(
                new Subject.OfSandbox(SANDBOX), number, FIRST.plusSeconds(number - 1), Map.of("stage", "" + number));
    }

    @Override
    public CompletionStage<Outcome<Comparison>> compare(Scope scope, List<Subject> meant, Moment from, Moment to) {
        return replay(scope, meant, from)
                .thenCompose(found -> found.then(before -> replay(scope, meant, to)
                        .thenApply(then -> then.map(after -> new Comparison(
                                before,
                                after,
                                Difference.between(before.state(), after.state()),
                                List.of(new Happening(
                                        2,
                                        FIRST.plusSeconds(1),
                                        "sandbox.started",
                                        new Origin(ACME, "key-1", "127.0.0.1", "request-1"))),
                                0)))));
    }

    @Override
    public CompletionStage<WhoCould> whoCould(Scope scope, Question question) {
        questions.add(question);
        var offer = new Given(2, List.of(HostPattern.parse("*.example.com")), true, 4, FIRST);
        var candidate = new Candidate(
                SANDBOX,
                ACME,
                new Life(FIRST, "key-1", FIRST.plusSeconds(1), false),
                2,
                List.of(new Layer(
                        new StoreLayer(STORE, new StoreName("creds")),
                        Optional.of(new Known(Presence.DELETED, List.of(), List.of(), Optional.of(offer))))),
                false,
                List.of(),
                Optional.of(TokenKind.INHERITED),
                List.of(new Ancestor(new CheckpointId(STORE.value()), Optional.of("before"), Optional.of(SANDBOX))));
        var findings = scope.covers(ACME)
                ? candidate.judge(question.name(), question.host()).stream().toList()
                : List.<Finding>of();
        return CompletableFuture.completedFuture(
                new WhoCould(FIRST.plusSeconds(9), 17, true, findings, Optional.of(SANDBOX)));
    }
}
