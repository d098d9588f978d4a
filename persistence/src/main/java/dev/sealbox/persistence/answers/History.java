package dev.sealbox.persistence.answers;

import static java.util.concurrent.CompletableFuture.completedFuture;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.audit.AuditAnswers;
import dev.sealbox.domain.audit.AuditAnswers.Comparison;
import dev.sealbox.domain.audit.AuditAnswers.Happening;
import dev.sealbox.domain.audit.AuditAnswers.Replayed;
import dev.sealbox.domain.audit.AuditRefusal;
import dev.sealbox.domain.audit.Difference;
import dev.sealbox.domain.audit.Moment;
import dev.sealbox.domain.audit.Portraits;
import dev.sealbox.domain.audit.Replay;
import dev.sealbox.domain.audit.Subject;
import dev.sealbox.domain.checkpoint.Checkpoint;
import dev.sealbox.domain.checkpoint.CheckpointEvent;
import dev.sealbox.domain.identity.Recorded;
import dev.sealbox.domain.image.ImageEvent;
import dev.sealbox.domain.image.ImageLibrary;
import dev.sealbox.domain.organization.Organization;
import dev.sealbox.domain.organization.OrganizationEvent;
import dev.sealbox.domain.sandbox.Sandbox;
import dev.sealbox.domain.sandbox.SandboxEvent;
import dev.sealbox.domain.store.SecretStore;
import dev.sealbox.domain.store.StoreEvent;
import dev.sealbox.persistence.answers.EventReader.Numbered;
import dev.sealbox.persistence.serialization.EventNames;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * What a subject has been, rebuilt from its events by the {@code apply} of its aggregate.
 *
 * @param firstAt the time of its first event
 * @param kind of the events
 * @param beginning before the first event
 * @param <S> the aggregate
 * @param <E> its events
 */
record History<S, E>(
        EventReader reader,
        Subject subject,
        Instant firstAt,
        Class<E> kind,
        Replay<S, E> beginning,
        Function<S, Map<String, Object>> portrait) {

    static History<?, ?> of(EventReader reader, Subject subject, Instant firstAt) {
        return switch (subject) {
            case Subject.OfStore(var id) ->
                new History<>(
                        reader,
                        subject,
                        firstAt,
                        StoreEvent.class,
                        Replay.from(SecretStore.ABSENT, SecretStore::apply),
                        store -> Portraits.of(id, store));
            case Subject.OfSandbox(var id) ->
                new History<>(
                        reader,
                        subject,
                        firstAt,
                        SandboxEvent.class,
                        Replay.from(Sandbox.ABSENT, Sandbox::apply),
                        sandbox -> Portraits.of(id, sandbox));
            case Subject.OfCheckpoint(var id) ->
                new History<>(
                        reader,
                        subject,
                        firstAt,
                        CheckpointEvent.class,
                        Replay.from(Checkpoint.ABSENT, Checkpoint::apply),
                        checkpoint -> Portraits.of(id, checkpoint));
            case Subject.OfOrganization(var id) ->
                new History<>(
                        reader,
                        subject,
                        firstAt,
                        OrganizationEvent.class,
                        Replay.from(Organization.EMPTY, Organization::apply),
                        organization -> Portraits.of(id, organization));
            case Subject.OfImages(var id) ->
                new History<>(
                        reader,
                        subject,
                        firstAt,
                        ImageEvent.class,
                        Replay.from(ImageLibrary.EMPTY, ImageLibrary::apply),
                        library -> Portraits.of(id, library));
        };
    }

    CompletionStage<Outcome<Replayed>> at(Moment moment) {
        return reached(beginning, moment).thenApply(found -> found.map(this::told));
    }

    CompletionStage<Outcome<Comparison>> between(Moment from, Moment to) {
        return reached(beginning, from)
                .thenCompose(found -> found.then(before -> to.reaches(before.sequence(), before.at())
                        ? reached(before, to).thenCompose(then -> then.then(after -> compared(before, after)))
                        : completedFuture(Outcome.refused(new AuditRefusal.Backwards()))));
    }

    /** Goes on from {@code start} as far as the moment reaches. */
    private CompletionStage<Outcome<Replay<S, E>>> reached(Replay<S, E> start, Moment moment) {
        var end = moment instanceof Moment.Sequence(var number) ? number : Long.MAX_VALUE;
        var walk = reader.events(subject, start.sequence() + 1, end)
                .scan(start, this::next)
                .takeWhile(replay ->
                        replay.sequence() == start.sequence() || moment.reaches(replay.sequence(), replay.at()));
        return reader.last(walk).thenApply(replay -> settled(replay, moment));
    }

    private Outcome<Replay<S, E>> settled(Replay<S, E> replay, Moment moment) {
        if (replay.sequence() == 0) {
            return Outcome.refused(new AuditRefusal.BeforeFirstEvent(firstAt));
        }
        return moment instanceof Moment.Sequence(var number) && replay.sequence() < number
                ? Outcome.refused(new AuditRefusal.NotReached(replay.sequence()))
                : Outcome.done(replay);
    }

    private Replay<S, E> next(Replay<S, E> replay, Numbered event) {
        var recorded = event.recorded();
        return replay.next(
                event.sequence(), new Recorded<>(kind.cast(recorded.event()), recorded.origin(), recorded.at()));
    }

    private CompletionStage<Outcome<Comparison>> compared(Replay<S, E> before, Replay<S, E> after) {
        var from = told(before);
        var to = told(after);
        var listed = Math.min(after.sequence(), before.sequence() + AuditAnswers.MAX_EVENTS);
        return reader.all(reader.events(subject, before.sequence() + 1, listed))
                .thenApply(events -> Outcome.done(new Comparison(
                        from,
                        to,
                        Difference.between(from.state(), to.state()),
                        happenings(before.at(), events),
                        after.sequence() - listed)));
    }

    private static List<Happening> happenings(Instant from, List<Numbered> events) {
        var happenings = new ArrayList<Happening>();
        var at = from;
        for (var event : events) {
            var recorded = event.recorded();
            at = recorded.at().isBefore(at) ? at : recorded.at();
            happenings.add(new Happening(event.sequence(), at, EventNames.of(recorded), recorded.origin()));
        }
        return happenings;
    }

    private Replayed told(Replay<S, E> replay) {
        return new Replayed(subject, replay.sequence(), replay.at(), portrait.apply(replay.state()));
    }
}
