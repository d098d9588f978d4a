package dev.sealbox.persistence.answers;

import akka.actor.typed.ActorSystem;
import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.audit.AuditAnswers;
import dev.sealbox.domain.audit.Moment;
import dev.sealbox.domain.audit.Scope;
import dev.sealbox.domain.audit.Subject;
import dev.sealbox.persistence.database.Database;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** What the journal and the index that follows it answer. */
public final class LoggedAnswers implements AuditAnswers {
    private final Replays replays;
    private final WhoCouldQuery who;

    public LoggedAnswers(ActorSystem<?> system, Database database, Clock clock) {
        this.replays = new Replays(new EventReader(system));
        this.who = new WhoCouldQuery(database, clock);
    }

    @Override
    public CompletionStage<Outcome<Replayed>> replay(Scope scope, List<Subject> meant, Moment moment) {
        return replays.replay(scope, meant, moment);
    }

    @Override
    public CompletionStage<Outcome<Comparison>> compare(Scope scope, List<Subject> meant, Moment from, Moment to) {
        return replays.compare(scope, meant, from, to);
    }

    @Override
    public CompletionStage<WhoCould> whoCould(Scope scope, Question question) {
        return who.ask(scope, question);
    }
}
