package dev.sealbox.persistence.answers;

import static java.util.concurrent.CompletableFuture.completedFuture;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.audit.AuditAnswers.Comparison;
import dev.sealbox.domain.audit.AuditAnswers.Replayed;
import dev.sealbox.domain.audit.AuditRefusal;
import dev.sealbox.domain.audit.Moment;
import dev.sealbox.domain.audit.Scope;
import dev.sealbox.domain.audit.Subject;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Finds what an asker means and may know of, and has its history answer. A subject belongs to its first event's organisation. */
final class Replays {
    private final EventReader reader;

    Replays(EventReader reader) {
        this.reader = reader;
    }

    CompletionStage<Outcome<Replayed>> replay(Scope scope, List<Subject> meant, Moment moment) {
        return find(scope, meant).thenCompose(found -> found.then(history -> history.at(moment)));
    }

    CompletionStage<Outcome<Comparison>> compare(Scope scope, List<Subject> meant, Moment from, Moment to) {
        return find(scope, meant).thenCompose(found -> found.then(history -> history.between(from, to)));
    }

    private CompletionStage<Outcome<History<?, ?>>> find(Scope scope, List<Subject> meant) {
        if (meant.isEmpty()) {
            return completedFuture(Outcome.refused(new AuditRefusal.NoSuchSubject()));
        }
        var subject = meant.getFirst();
        return reader.first(subject)
                .thenCompose(first -> first.filter(event ->
                                        scope.covers(event.recorded().origin().organization()))
                                .isPresent()
                        ? completedFuture(Outcome.done(History.of(
                                reader, subject, first.get().recorded().at())))
                        : find(scope, meant.subList(1, meant.size())));
    }
}
