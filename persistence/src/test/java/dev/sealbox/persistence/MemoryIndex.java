package dev.sealbox.persistence;

import dev.sealbox.domain.audit.AuditAnswers.Question;
import dev.sealbox.domain.audit.Candidate;
import dev.sealbox.domain.audit.Candidate.Ancestor;
import dev.sealbox.domain.audit.Candidate.Given;
import dev.sealbox.domain.audit.Candidate.Known;
import dev.sealbox.domain.audit.Candidate.Layer;
import dev.sealbox.domain.audit.Candidate.Life;
import dev.sealbox.domain.audit.Candidate.Presence;
import dev.sealbox.domain.audit.Candidate.TokenKind;
import dev.sealbox.domain.audit.Scope;
import dev.sealbox.domain.audit.Trace;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.sandbox.StoreLayer;
import dev.sealbox.persistence.projection.Fact;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The index of who could, in memory: the same traces as the tables, searched in the plainest way. */
final class MemoryIndex {
    /** A trace, when it counts from, and the event that left it. */
    private record Left(Trace trace, Instant at, Fact fact) {}

    private final Map<String, List<Left>> traces = new TreeMap<>();
    private final Map<String, Instant> clocks = new HashMap<>();

    MemoryIndex(List<Fact> facts) {
        for (var fact : facts) {
            var at = clocks.merge(fact.entity(), fact.recorded().at(), (a, b) -> a.isAfter(b) ? a : b);
            traces.computeIfAbsent(fact.entity(), entity -> new ArrayList<>())
                    .add(new Left(Trace.of(fact.recorded()), at, fact));
        }
    }

    Set<String> answer(Scope scope, Question question) {
        var found = new TreeSet<String>();
        for (var entity : traces.keySet()) {
            if (entity.startsWith("sandbox|")) {
                candidate(new SandboxId(entity.substring("sandbox|".length())), question)
                        .filter(candidate -> scope.covers(candidate.organization()))
                        .flatMap(candidate -> candidate.judge(question.name(), question.host()))
                        .map(BruteForce::line)
                        .ifPresent(found::add);
            }
        }
        return found;
    }

    private List<Left> until(String entity, Instant at) {
        return traces.getOrDefault(entity, List.of()).stream()
                .takeWhile(left -> !left.at().isAfter(at))
                .toList();
    }

    private Optional<Candidate> candidate(SandboxId id, Question question) {
        var left = until("sandbox|" + id, question.at());
        var layered = last(left, Trace.Layered.class);
        var started = last(left, Trace.Started.class);
        if (started.isEmpty()
                || layered.isEmpty()
                || last(left, Trace.Ended.class).isPresent()) {
            return Optional.empty();
        }
        var made = left.getFirst();
        var stack = (Trace.Layered) layered.get().trace();
        var origin = made.fact().recorded().origin();
        return Optional.of(new Candidate(
                id,
                origin.organization(),
                new Life(
                        made.at(),
                        origin.keyId(),
                        started.get().at(),
                        last(left, Trace.Stopping.class).isPresent()),
                layered.get().fact().sequence(),
                stack.layers().stream()
                        .map(layer -> new Layer(layer, known(layer, question)))
                        .toList(),
                stack.lost(),
                stack.remembered(),
                token(left, question),
                ((Trace.Made) made.trace())
                        .lineage().stream().map(this::ancestor).toList()));
    }

    private static Optional<TokenKind> token(List<Left> left, Question question) {
        var kinds = new TreeSet<TokenKind>();
        for (var each : left) {
            if (each.trace() instanceof Trace.Sealed(var own, var inherited)) {
                if (own.contains(question.name())) {
                    kinds.add(TokenKind.OWN);
                }
                if (inherited.contains(question.name())) {
                    kinds.add(TokenKind.INHERITED);
                }
            }
        }
        return kinds.stream().findFirst();
    }

    private Optional<Known> known(StoreLayer layer, Question question) {
        var left = until(entity(layer.store()), question.at());
        return last(left, Trace.Allowed.class).map(allowed -> {
            var deleted = last(left, Trace.Deleted.class).isPresent()
                    || last(left, Trace.Revoked.class).isPresent();
            return new Known(
                    deleted ? Presence.DELETED : Presence.PRESENT,
                    ((Trace.Allowed) allowed.trace()).hosts(),
                    last(left, Trace.Denied.class)
                            .map(denied -> ((Trace.Denied) denied.trace()).hosts())
                            .orElse(List.of()),
                    given(left, question));
        });
    }

    private static Optional<Given> given(List<Left> left, Question question) {
        var name = question.name();
        var on = true;
        Optional<Given> given = Optional.empty();
        var versionOn = true;
        for (var each : left) {
            var number = each.fact().sequence();
            switch (each.trace()) {
                case Trace.Offered(var of, var version, var hosts)
                when of.equals(name) -> {
                    versionOn = true;
                    given = Optional.of(new Given(version, hosts, on, number, each.at()));
                }
                case Trace.Rehosted(var of, var version, var hosts)
                when of.equals(name) -> {
                    var usable = on && versionOn;
                    given = given.map(it -> new Given(version, hosts, usable, number, each.at()));
                }
                case Trace.Switched(var of, var usable)
                when of.equals(name) -> {
                    on = usable;
                    var now = on && versionOn;
                    given = given.map(it -> new Given(it.version(), it.hosts(), now, number, each.at()));
                }
                case Trace.VersionSwitched(var of, var version, var usable)
                when of.equals(name) -> {
                    if (given.filter(it -> it.version() == version).isPresent()) {
                        versionOn = usable;
                        var now = on && versionOn;
                        given = given.map(it -> new Given(it.version(), it.hosts(), now, number, each.at()));
                    }
                }
                case Trace.Withdrawn(var of)
                when of.equals(name) -> {
                    given = Optional.empty();
                    on = true;
                }
                case Trace.Revoked revoked -> given = Optional.empty();
                default -> {}
            }
        }
        return given;
    }

    private Ancestor ancestor(CheckpointId checkpoint) {
        var taken = (Trace.Taken) last(traces.getOrDefault("checkpoint|" + checkpoint, List.of()), Trace.Taken.class)
                .orElseThrow()
                .trace();
        return new Ancestor(checkpoint, Optional.of(taken.name()), Optional.of(taken.source()));
    }

    private static String entity(StoreId store) {
        return "secret-store|" + store;
    }

    private static Optional<Left> last(List<Left> left, Class<? extends Trace> kind) {
        return left.reversed().stream()
                .filter(each -> kind.isInstance(each.trace()))
                .findFirst();
    }
}
