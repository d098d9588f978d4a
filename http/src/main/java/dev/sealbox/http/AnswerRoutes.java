package dev.sealbox.http;

import static akka.http.javadsl.server.Directives.concat;
import static akka.http.javadsl.server.Directives.extractRequest;
import static akka.http.javadsl.server.Directives.get;
import static akka.http.javadsl.server.Directives.path;
import static akka.http.javadsl.server.Directives.pathPrefix;
import static akka.http.javadsl.server.PathMatchers.segment;

import akka.http.javadsl.model.Query;
import akka.http.javadsl.server.Route;
import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.audit.AuditAnswers;
import dev.sealbox.domain.audit.AuditAnswers.Question;
import dev.sealbox.domain.audit.Moment;
import dev.sealbox.domain.audit.Scope;
import dev.sealbox.domain.audit.Subject;
import dev.sealbox.domain.egress.HostName;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Function;

/**
 * What the log answers: {@code /api/audit/replay/{entity}?at=} or {@code ?from=&to=}, and
 * {@code /api/audit/who-could?name=&host=&at=}.
 */
final class AnswerRoutes {
    private final AuditAnswers log;
    private final Answers answers;
    private final Clock clock;

    AnswerRoutes(AuditAnswers log, Answers answers, Clock clock) {
        this.log = log;
        this.answers = answers;
        this.clock = clock;
    }

    /** {@code scope} is what the asker may read. */
    Route of(Scope scope) {
        return pathPrefix(
                "audit",
                () -> concat(
                        path(
                                segment("replay").slash(segment()),
                                entity -> get(() -> asked(query -> replay(scope, Subject.parse(entity), query)))),
                        path("who-could", () -> get(() -> asked(query -> whoCould(scope, query))))));
    }

    private static Route asked(Function<Query, Route> answer) {
        return extractRequest(request -> answer.apply(request.getUri().query()));
    }

    private Route replay(Scope scope, List<Subject> meant, Query query) {
        var compares = query.get("from").isPresent() || query.get("to").isPresent();
        if (!compares) {
            return answers.outcome(
                    log.replay(scope, meant, moment(query, "at")), found -> Answers.ok(AnswerJson.Replayed.of(found)));
        }
        if (query.get("at").isPresent()) {
            throw new InvalidValue("at does not go with from and to");
        }
        return answers.outcome(
                log.compare(scope, meant, moment(query, "from"), moment(query, "to")),
                found -> Answers.ok(AnswerJson.Comparison.of(found)));
    }

    private Route whoCould(Scope scope, Query query) {
        var question = new Question(
                new SecretName(text(query, "name")),
                host(text(query, "host")),
                query.get("at")
                        .map(text -> Moment.time("at", time(text)))
                        .orElseGet(() -> clock.instant().truncatedTo(ChronoUnit.MILLIS)),
                query.get("limit").map(AnswerRoutes::limit).orElse(AuditAnswers.MAX_FINDINGS),
                query.get("after").map(SandboxId::new));
        return answers.always(
                log.whoCould(scope, question), found -> Answers.ok(AnswerJson.WhoCould.of(question, found)));
    }

    private static Moment moment(Query query, String name) {
        return Moment.parse(name, time(text(query, name)));
    }

    private static String text(Query query, String name) {
        return query.get(name)
                .filter(text -> !text.isEmpty())
                .orElseThrow(() -> new InvalidValue(name + " is missing"));
    }

    /** A plus that was not escaped arrives as a blank, and no time holds one. */
    private static String time(String text) {
        return text.replace(' ', '+');
    }

    private static HostName host(String text) {
        try {
            return HostName.parse(text);
        } catch (InvalidValue e) {
            throw new InvalidValue("host is no host: give a name or address without scheme, port or path");
        }
    }

    private static int limit(String text) {
        if (text.matches("[1-9][0-9]{0,3}") && Integer.parseInt(text) <= AuditAnswers.MAX_FINDINGS) {
            return Integer.parseInt(text);
        }
        throw new InvalidValue("limit is no number from 1 to " + AuditAnswers.MAX_FINDINGS);
    }
}
