package dev.sealbox.http;

import static akka.http.javadsl.server.Directives.concat;
import static akka.http.javadsl.server.Directives.extractRequest;
import static akka.http.javadsl.server.Directives.get;
import static akka.http.javadsl.server.Directives.patch;
import static akka.http.javadsl.server.Directives.path;
import static akka.http.javadsl.server.Directives.pathPrefix;
import static akka.http.javadsl.server.Directives.post;
import static akka.http.javadsl.server.Directives.put;
import static akka.http.javadsl.server.PathMatchers.segment;

import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.ETag;
import akka.http.javadsl.model.headers.EntityTag;
import akka.http.javadsl.server.Route;
import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.egress.Locations;
import dev.sealbox.domain.egress.Reflectors;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.sealing.Plaintext;
import dev.sealbox.domain.store.SecretChanged;
import dev.sealbox.domain.store.SecretStores;
import dev.sealbox.domain.store.SecretVersions;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;

/**
 * {@code …/secrets/{name}}: GET, PUT a sealed secret, PATCH its hosts; below it {@code /versions}: GET;
 * {@code /locations}, {@code /rules}: PUT; {@code /rollback}, {@code /disable}, {@code /enable}: POST; {@code /versions/{n}/disable}, {@code …/enable} and
 * {@code …/destroy}: POST. A change answers with the version that is current then, in the body and as ETag.
 */
final class SecretRoutes {
    private static final String TOO_SHORT = "the value is shorter than " + Plaintext.MIN_RECOGNISED_BYTES
            + " bytes: it cannot be recognised, and hidden, in the answers of the hosts that receive it";

    private static final String ANYWHERE =
            "neither the secret nor its store names hosts: it may be used on every host" + " that a sandbox may reach";

    private final SecretStores stores;
    private final SecretVersions versions;
    private final Bodies bodies;
    private final Answers answers;

    SecretRoutes(SecretStores stores, SecretVersions versions, Bodies bodies, Answers answers) {
        this.stores = stores;
        this.versions = versions;
        this.bodies = bodies;
        this.answers = answers;
    }

    /** Which secret a request is about, and who asks. */
    private record Target(Origin origin, StoreId store, SecretName name) {
        static Target of(Origin origin, String store, String name) {
            return new Target(origin, StoreId.parse(store), new SecretName(name));
        }
    }

    /** The secret itself. */
    Route of(Origin origin, String store, String name) {
        return concat(
                get(() -> read(Target.of(origin, store, name))),
                put(() -> set(new Target(origin, StoreId.parse(store), SecretName.chosen(name)))),
                patch(() -> changeHosts(Target.of(origin, store, name))));
    }

    /** What is below the secret. */
    Route below(Origin origin, String store, String name) {
        return concat(
                path("versions", () -> get(() -> list(Target.of(origin, store, name)))),
                path("rollback", () -> post(() -> rollBack(Target.of(origin, store, name)))),
                path("locations", () -> put(() -> changeLocations(Target.of(origin, store, name)))),
                path("rules", () -> put(() -> changeRules(Target.of(origin, store, name)))),
                path("disable", () -> post(() -> switched(Target.of(origin, store, name), false))),
                path("enable", () -> post(() -> switched(Target.of(origin, store, name), true))),
                pathPrefix(segment("versions").slash(segment()), number -> version(origin, store, name, number)));
    }

    private Route version(Origin origin, String store, String name, String number) {
        return concat(
                path("disable", () -> post(() -> switched(Target.of(origin, store, name), version(number), false))),
                path("enable", () -> post(() -> switched(Target.of(origin, store, name), version(number), true))),
                path("destroy", () -> post(() -> destroy(Target.of(origin, store, name), version(number)))));
    }

    private Route read(Target of) {
        return answers.outcome(
                versions.read(of.origin(), of.store(), of.name()),
                found -> Answers.ok(StoreJson.Entry.of(found)).addHeader(tag(found.version())));
    }

    private Route list(Target of) {
        return answers.outcome(
                versions.list(of.origin(), of.store(), of.name()),
                found -> Answers.ok(found.stream().map(StoreJson.Version::of).toList()));
    }

    private Route set(Target of) {
        return change((body, cas) -> {
            var hosts = hosts(body).orElse(List.of());
            var value = Plaintext.of(body.text("value"));
            var warning = Optional.of(TOO_SHORT).filter(text -> value.isTooShortToRecognise());
            return answers.outcome(
                    Answers.asking(() -> stores.set(of.origin(), of.store(), of.name(), value, hosts, cas))
                            .whenComplete((done, failure) -> value.close()),
                    changed -> answer(
                            of, "set", changed, both(both(warning, anywhere(changed)), Reflectors.warning(hosts))));
        });
    }

    private static Optional<String> anywhere(SecretChanged changed) {
        return Optional.of(ANYWHERE).filter(text -> changed.anywhere());
    }

    private static Optional<String> both(Optional<String> one, Optional<String> other) {
        return one.isPresent() && other.isPresent() ? Optional.of(one.get() + "; " + other.get()) : one.or(() -> other);
    }

    private Route changeHosts(Target of) {
        return change((body, cas) -> {
            if (body.has("value")) {
                throw new InvalidValue("PATCH changes allowedHosts only; a new value is set with PUT");
            }
            var hosts = hosts(body).orElseThrow(() -> new InvalidValue("allowedHosts is missing"));
            return answers.outcome(
                    versions.changeHosts(of.origin(), of.store(), of.name(), hosts, cas),
                    changed -> answer(of, "updated", changed, Reflectors.warning(hosts)));
        });
    }

    private Route changeLocations(Target of) {
        return bodies.json(body -> {
            var locations = body.optionalTexts("locations")
                    .map(Locations::parse)
                    .orElseThrow(() -> new InvalidValue("locations is missing"));
            return changed(of, "updated", versions.changeLocations(of.origin(), of.store(), of.name(), locations));
        });
    }

    private Route changeRules(Target of) {
        return bodies.json(body -> {
            var rules = RuleJson.rules(body, "rules").orElseThrow(() -> new InvalidValue("rules is missing"));
            return changed(of, "updated", versions.changeRules(of.origin(), of.store(), of.name(), rules));
        });
    }

    private Route rollBack(Target of) {
        return change((body, cas) -> {
            var version = body.optionalInt("version").orElseThrow(() -> new InvalidValue("version is missing"));
            return changed(of, "set", versions.rollBack(of.origin(), of.store(), of.name(), positive(version), cas));
        });
    }

    private Route switched(Target of, boolean enabled) {
        return bodies.json(ignored ->
                changed(of, status(enabled), versions.switchSecret(of.origin(), of.store(), of.name(), enabled)));
    }

    private Route switched(Target of, int version, boolean enabled) {
        return bodies.json(ignored -> changed(
                of, status(enabled), versions.switchVersion(of.origin(), of.store(), of.name(), version, enabled)));
    }

    private Route destroy(Target of, int version) {
        return bodies.json(
                ignored -> changed(of, "destroyed", versions.destroy(of.origin(), of.store(), of.name(), version)));
    }

    /** Reads what a conditional change says. */
    private Route change(BiFunction<JsonBody, Optional<Integer>, Route> inner) {
        return extractRequest(request -> bodies.json(body -> inner.apply(body, Precondition.of(request, body))));
    }

    private Route changed(Target of, String status, CompletionStage<Outcome<SecretChanged>> asked) {
        return answers.outcome(asked, changed -> answer(of, status, changed, Optional.empty()));
    }

    private static HttpResponse answer(Target of, String status, SecretChanged changed, Optional<String> warning) {
        var answer = Answers.ok(StoreJson.SetResult.of(of.name(), status, changed, warning));
        return Reach.told(answer, changed.refreshed()).addHeader(tag(changed.version()));
    }

    private static ETag tag(int version) {
        return ETag.create(EntityTag.create(Integer.toString(version), false));
    }

    private static String status(boolean enabled) {
        return enabled ? "enabled" : "disabled";
    }

    private static Optional<List<HostPattern>> hosts(JsonBody body) {
        return body.optionalTexts("allowedHosts").map(HostPattern::parseAll);
    }

    private static int version(String segment) {
        if (!segment.matches("[0-9]{1,9}")) {
            throw new InvalidValue("a version is a whole number from 1");
        }
        return positive(Integer.parseInt(segment));
    }

    private static int positive(int version) {
        if (version < 1) {
            throw new InvalidValue("a version is a whole number from 1");
        }
        return version;
    }
}
