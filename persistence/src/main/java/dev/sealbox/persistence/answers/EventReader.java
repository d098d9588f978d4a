package dev.sealbox.persistence.answers;

import akka.NotUsed;
import akka.actor.typed.ActorSystem;
import akka.persistence.jdbc.query.javadsl.JdbcReadJournal;
import akka.persistence.query.PersistenceQuery;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.Source;
import dev.sealbox.domain.audit.Subject;
import dev.sealbox.domain.identity.Recorded;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** The events of one subject at a time, as the journal has them. Thread-safe. */
final class EventReader {
    private final ActorSystem<?> system;
    private final JdbcReadJournal journal;

    EventReader(ActorSystem<?> system) {
        this.system = system;
        this.journal =
                PersistenceQuery.get(system).getReadJournalFor(JdbcReadJournal.class, JdbcReadJournal.Identifier());
    }

    /** An event and its number. */
    record Numbered(long sequence, Recorded<?> recorded) {}

    /** Brings the events one after the other, a few hundred in memory at a time. */
    Source<Numbered, NotUsed> events(Subject subject, long from, long to) {
        return journal.currentEventsByPersistenceId(subject.type() + "|" + subject.id(), from, to)
                .map(envelope -> new Numbered(envelope.sequenceNr(), (Recorded<?>) envelope.event()));
    }

    CompletionStage<Optional<Numbered>> first(Subject subject) {
        return events(subject, 1, 1).runWith(Sink.headOption(), system);
    }

    CompletionStage<List<Numbered>> all(Source<Numbered, NotUsed> events) {
        return events.runWith(Sink.seq(), system);
    }

    <T> CompletionStage<T> last(Source<T, NotUsed> walk) {
        return walk.runWith(Sink.last(), system);
    }
}
