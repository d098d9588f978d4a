package dev.sealbox.http;

import dev.sealbox.domain.audit.AuditAnswers;
import dev.sealbox.domain.audit.Candidate;
import dev.sealbox.domain.audit.Candidate.Known;
import dev.sealbox.domain.audit.Difference;
import dev.sealbox.domain.audit.Finding;
import dev.sealbox.domain.egress.HostPattern;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** What the log answers, as clients see it. */
final class AnswerJson {
    private AnswerJson() {}

    record Replayed(String entity, long sequence, Instant at, Map<String, Object> state) {
        static Replayed of(AuditAnswers.Replayed found) {
            return new Replayed(found.subject().name(), found.sequence(), found.at(), found.state());
        }
    }

    /** The last event until a moment. */
    record Point(long sequence, Instant at) {
        static Point of(AuditAnswers.Replayed found) {
            return new Point(found.sequence(), found.at());
        }
    }

    record Change(String path, String change, Optional<Object> before, Optional<Object> after) {
        static Change of(Difference found) {
            return new Change(found.pointer(), found.kind(), found.before(), found.after());
        }
    }

    record Event(
            long sequence,
            Instant at,
            String kind,
            String organization,
            String actor,
            String address,
            String requestId) {
        static Event of(AuditAnswers.Happening found) {
            var origin = found.origin();
            return new Event(
                    found.sequence(),
                    found.at(),
                    found.kind(),
                    origin.organization().value(),
                    origin.keyId(),
                    origin.address(),
                    origin.requestId());
        }
    }

    record Comparison(
            String entity, Point from, Point to, List<Change> changes, List<Event> events, long omittedEvents) {
        static Comparison of(AuditAnswers.Comparison found) {
            return new Comparison(
                    found.to().subject().name(),
                    Point.of(found.from()),
                    Point.of(found.to()),
                    found.differences().stream().map(Change::of).toList(),
                    found.events().stream().map(Event::of).toList(),
                    found.omitted());
        }
    }

    record WhoCould(
            String name,
            String host,
            Instant at,
            Instant upTo,
            long offset,
            boolean complete,
            List<Sandbox> sandboxes,
            Optional<String> next) {
        static WhoCould of(AuditAnswers.Question asked, AuditAnswers.WhoCould found) {
            return new WhoCould(
                    asked.name().value(),
                    asked.host().value(),
                    asked.at(),
                    found.upTo(),
                    found.offset(),
                    found.complete(),
                    found.findings().stream().map(Sandbox::of).toList(),
                    found.next().map(sandbox -> sandbox.value()));
        }
    }

    /** An event, by its entity and number. */
    record Cause(String entity, long sequence, Optional<Instant> at) {}

    record Secret(String store, String storeName, int version, List<String> allowedHosts, boolean kept, Cause givenBy) {
        static Secret of(Finding found) {
            var layer = found.layer().layer();
            var offer = found.given();
            return new Secret(
                    layer.store().toString(),
                    layer.name().value(),
                    offer.version(),
                    HostPattern.texts(offer.hosts()),
                    found.kept(),
                    new Cause("secret-store:" + layer.store(), offer.sequence(), Optional.of(offer.at())));
        }
    }

    /** {@code presence} is one of present, deleted, unknown. */
    record Layer(
            String store,
            String name,
            String presence,
            List<String> egressAllowlist,
            Optional<Integer> version,
            boolean wins) {
        static Layer of(Candidate.Layer layer, boolean wins) {
            return new Layer(
                    layer.layer().store().toString(),
                    layer.layer().name().value(),
                    layer.known().map(known -> word(known.presence())).orElse("unknown"),
                    HostPattern.texts(layer.known().map(Known::allowlist).orElse(List.of())),
                    layer.known().flatMap(Known::secret).map(offer -> offer.version()),
                    wins);
        }
    }

    record Ancestor(String checkpoint, Optional<String> name, Optional<String> sandboxID) {
        static Ancestor of(Candidate.Ancestor ancestor) {
            return new Ancestor(
                    ancestor.checkpoint().toString(),
                    ancestor.name(),
                    ancestor.sandbox().map(sandbox -> sandbox.value()));
        }
    }

    record Sandbox(
            String sandboxID,
            String organization,
            String status,
            Instant createdAt,
            String createdBy,
            Instant startedAt,
            String token,
            List<String> egressAllowlist,
            Secret secret,
            List<Layer> layers,
            Cause layeredBy,
            List<Ancestor> forkedFrom) {
        static Sandbox of(Finding found) {
            var it = found.sandbox();
            return new Sandbox(
                    it.sandbox().value(),
                    it.organization().value(),
                    it.life().stopping() ? "stopping" : "running",
                    it.life().createdAt(),
                    it.life().createdBy(),
                    it.life().startedAt(),
                    it.token().map(AnswerJson::word).orElse("none"),
                    HostPattern.texts(found.allowlist()),
                    Secret.of(found),
                    IntStream.range(0, it.layers().size())
                            .mapToObj(i -> Layer.of(it.layers().get(i), i == found.winner()))
                            .toList(),
                    new Cause("sandbox:" + it.sandbox(), it.layeredBy(), Optional.empty()),
                    it.lineage().stream().map(Ancestor::of).toList());
        }
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
