package dev.sealbox.http;

import static akka.http.javadsl.server.Directives.complete;
import static akka.http.javadsl.server.Directives.extractRequest;
import static akka.http.javadsl.server.Directives.onSuccess;
import static dev.sealbox.domain.organization.Role.ADMIN;
import static dev.sealbox.domain.organization.Role.AGENT_LAUNCHER;
import static dev.sealbox.domain.organization.Role.AUDITOR;
import static dev.sealbox.domain.organization.Role.OPERATOR;

import akka.http.javadsl.model.HttpMethod;
import akka.http.javadsl.model.HttpMethods;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.headers.Allow;
import akka.http.javadsl.server.Route;
import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.audit.Scope;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.organization.Role;
import dev.sealbox.domain.sandbox.SandboxRefusal;
import dev.sealbox.domain.sandbox.SandboxView;
import dev.sealbox.domain.sandbox.Sandboxes;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;

/**
 * WHO MAY DO WHAT below {@code /api}: one rule per path and its verbs. What no rule names does not exist, whatever the
 * routes would make of it.
 *
 * <p>A launcher reaches only the sandboxes that its own key has started; others do not exist for it. Which stores they
 * may stand on is said by {@link Asker}.
 */
final class Permissions {
    private static final Set<Role> ALL = EnumSet.allOf(Role.class);
    private static final Set<Role> KEEPERS = EnumSet.of(ADMIN, OPERATOR);
    private static final Set<Role> USERS = EnumSet.of(ADMIN, OPERATOR, AGENT_LAUNCHER);
    private static final Set<Role> READERS = EnumSet.of(ADMIN, AUDITOR);
    private static final Set<Role> ADMINS = EnumSet.of(ADMIN);

    private static final List<Rule> RULES = List.of(
            rule(ALL, "whoami", "GET"),
            rule(KEEPERS, "secret-stores", "GET POST"),
            rule(KEEPERS, "secret-stores/*", "GET PUT DELETE"),
            rule(KEEPERS, "secret-stores/*/destruction-certificate", "GET"),
            rule(KEEPERS, "secret-stores/*/secrets", "GET"),
            rule(KEEPERS, "secret-stores/*/secrets/*", "GET PUT PATCH DELETE"),
            rule(KEEPERS, "secret-stores/*/secrets/*/versions", "GET"),
            rule(KEEPERS, "secret-stores/*/secrets/*/rollback", "POST"),
            rule(KEEPERS, "secret-stores/*/secrets/*/locations", "PUT"),
            rule(KEEPERS, "secret-stores/*/secrets/*/rules", "PUT"),
            rule(KEEPERS, "secret-stores/*/secrets/*/disable", "POST"),
            rule(KEEPERS, "secret-stores/*/secrets/*/enable", "POST"),
            rule(KEEPERS, "secret-stores/*/secrets/*/destruction-certificate", "GET"),
            rule(KEEPERS, "secret-stores/*/secrets/*/versions/*/disable", "POST"),
            rule(KEEPERS, "secret-stores/*/secrets/*/versions/*/enable", "POST"),
            rule(KEEPERS, "secret-stores/*/secrets/*/versions/*/destroy", "POST"),
            rule(USERS, "sandboxes", "GET POST"),
            rule(USERS, "sandboxes/from-checkpoint/*", "POST"),
            ofSandbox(USERS, "sandboxes/*", "GET DELETE"),
            ofSandbox(USERS, "sandboxes/*/hibernate", "POST"),
            ofSandbox(USERS, "sandboxes/*/wake", "POST"),
            ofSandbox(USERS, "sandboxes/*/reboot", "POST"),
            ofSandbox(USERS, "sandboxes/*/power-cycle", "POST"),
            ofSandbox(USERS, "sandboxes/*/timeout", "POST"),
            ofSandbox(USERS, "sandboxes/*/tags", "GET PUT"),
            ofSandbox(USERS, "sandboxes/*/preview", "GET POST"),
            ofSandbox(USERS, "sandboxes/*/preview/*", "DELETE"),
            ofSandbox(USERS, "sandboxes/*/preview/rotate", "POST"),
            ofSandbox(USERS, "sandboxes/*/scale", "POST"),
            ofSandbox(USERS, "sandboxes/*/autoscale", "GET PUT"),
            ofSandbox(USERS, "sandboxes/*/usage", "GET"),
            rule(KEEPERS, "usage", "GET"),
            rule(KEEPERS, "tags", "GET"),
            // A lock is to hold against those who start sandboxes, too.
            ofSandbox(USERS, "sandboxes/*/scaling-lock", "GET"),
            ofSandbox(KEEPERS, "sandboxes/*/scaling-lock", "PUT"),
            ofSandbox(KEEPERS, "sandboxes/*/allowed-hosts", "GET"),
            ofSandbox(USERS, "sandboxes/*/checkpoints", "GET POST"),
            ofSandbox(USERS, "sandboxes/*/checkpoints/*", "DELETE"),
            ofSandbox(USERS, "sandboxes/*/checkpoints/*/restore", "POST"),
            rule(KEEPERS, "sandboxes/checkpoints/*/publish", "POST"),
            rule(KEEPERS, "sandboxes/checkpoints/*/unpublish", "POST"),
            rule(KEEPERS, "sandboxes/checkpoints/*/revoke-secrets", "POST"),
            rule(KEEPERS, "sandboxes/checkpoints/*/patches", "GET POST"),
            rule(KEEPERS, "sandboxes/checkpoints/*/patches/*", "DELETE"),
            ofSandbox(KEEPERS, "sandboxes/*/revoke-secrets", "POST"),
            ofSandbox(KEEPERS, "sandboxes/*/secrets/explain", "GET"),
            ofSandbox(USERS, "sandboxes/*/commands", "POST"),
            ofSandbox(USERS, "sandboxes/*/exec", "GET POST"),
            ofSandbox(USERS, "sandboxes/*/exec/*", "GET"),
            ofSandbox(USERS, "sandboxes/*/exec/*/kill", "POST"),
            ofSandbox(USERS, "sandboxes/*/pty", "POST"),
            ofSandbox(USERS, "sandboxes/*/pty/*", "GET DELETE"),
            ofSandbox(USERS, "sandboxes/*/pty/*/resize", "POST"),
            ofSandbox(USERS, "sandboxes/*/exec/run", "POST"),
            ofSandbox(USERS, "sandboxes/*/exec/run-async", "POST"),
            ofSandbox(USERS, "sandboxes/*/exec/*/result", "GET"),
            ofSandbox(USERS, "sandboxes/*/files", "GET PUT DELETE"),
            ofSandbox(USERS, "sandboxes/*/files/list", "GET"),
            ofSandbox(USERS, "sandboxes/*/files/mkdir", "POST"),
            ofSandbox(USERS, "sandboxes/*/files/download-url", "POST"),
            ofSandbox(USERS, "sandboxes/*/files/upload-url", "POST"),
            // Who gives an image a name decides what others start.
            rule(USERS, "snapshots", "GET"),
            rule(KEEPERS, "snapshots", "POST"),
            rule(USERS, "snapshots/*", "GET"),
            rule(KEEPERS, "snapshots/*", "DELETE"),
            rule(KEEPERS, "snapshots/*/patches", "GET POST"),
            rule(KEEPERS, "snapshots/*/patches/*", "DELETE"),
            // They show what others have built, with its variables.
            rule(KEEPERS, "images", "GET"),
            rule(KEEPERS, "images/*", "GET DELETE"),
            rule(KEEPERS, "images/*/patches", "GET POST"),
            rule(KEEPERS, "images/*/patches/*", "DELETE"),
            // By its name it is everybody's, unless they have one of that name.
            ofDeployment("snapshots/*/publish", "POST"),
            ofDeployment("snapshots/*/unpublish", "POST"),
            // All files, of whoever left what in them, and files that others will start from.
            rule(KEEPERS, "sandboxes/checkpoints/*/export", "GET"),
            rule(KEEPERS, "snapshots/*/export", "GET"),
            rule(KEEPERS, "snapshots/*/import", "POST"),
            // Where they lead to is told, and with which secret to sign.
            rule(KEEPERS, "webhooks", "GET POST"),
            rule(KEEPERS, "webhooks/*", "GET PATCH DELETE"),
            rule(KEEPERS, "webhooks/*/secret", "GET"),
            rule(KEEPERS, "webhooks/*/test", "POST"),
            rule(KEEPERS, "webhooks/*/deliveries", "GET"),
            rule(KEEPERS, "webhooks/*/deliveries/*", "GET"),
            rule(KEEPERS, "webhooks/*/deliveries/*/redeliver", "POST"),
            rule(READERS, "audit/events", "GET"),
            rule(READERS, "audit/replay/*", "GET"),
            rule(READERS, "audit/who-could", "GET"),
            rule(READERS, "audit/uses", "GET"),
            rule(READERS, "audit/what-if", "POST"),
            rule(READERS, "audit/verify", "GET"),
            rule(READERS, "audit/heads", "GET"),
            rule(READERS, "audit/public-key", "GET"),
            rule(ADMINS, "api-keys", "GET POST"),
            rule(ADMINS, "api-keys/*", "DELETE"),
            ofDeployment("organizations", "GET POST"),
            ofDeployment("hosts", "GET"),
            ofDeployment("hosts/*/drain", "POST"),
            ofDeployment("hosts/*/undrain", "POST"),
            ofDeployment("master-keys", "GET"),
            ofDeployment("master-keys/rotate", "POST"));

    /** What a request is about, beyond its asker's organisation. */
    private enum About {
        ORGANIZATION,
        /** One sandbox, which a launcher must have started. */
        SANDBOX,
        /** All organisations: the operating organisation's administrators only. */
        DEPLOYMENT
    }

    private record Rule(List<String> path, Set<String> verbs, Set<Role> roles, About about) {
        boolean isFor(List<String> segments) {
            return segments.size() == path.size()
                    && IntStream.range(0, path.size())
                            .allMatch(
                                    i -> path.get(i).equals("*") || path.get(i).equals(segments.get(i)));
        }
    }

    private final OrganizationId operators;
    private final Sandboxes sandboxes;

    Permissions(HttpSettings settings, Sandboxes sandboxes) {
        this.operators = settings.operatorOrganization();
        this.sandboxes = sandboxes;
    }

    private static Rule rule(Set<Role> roles, String path, String verbs) {
        return new Rule(List.of(path.split("/")), Set.of(verbs.split(" ")), roles, About.ORGANIZATION);
    }

    private static Rule ofSandbox(Set<Role> roles, String path, String verbs) {
        return new Rule(List.of(path.split("/")), Set.of(verbs.split(" ")), roles, About.SANDBOX);
    }

    private static Rule ofDeployment(String path, String verbs) {
        return new Rule(List.of(path.split("/")), Set.of(verbs.split(" ")), ADMINS, About.DEPLOYMENT);
    }

    /** Goes on when the asker may do this. */
    Route checked(Asker asker, Supplier<Route> inner) {
        return extractRequest(request -> {
            var segments = segments(request);
            var rules = RULES.stream().filter(rule -> rule.isFor(segments)).toList();
            if (rules.isEmpty()) {
                return complete(NotServed.at(segments).orElseGet(() -> Problems.from(Mistake.NO_ROUTE)));
            }
            var verb = request.method().value();
            return rules.stream()
                    .filter(rule -> rule.verbs().contains(verb))
                    .findFirst()
                    .map(rule -> isAllowed(asker, rule, request)
                            ? owned(asker, rule, segments, inner)
                            : complete(Problems.from(Mistake.FORBIDDEN)))
                    .orElseGet(() -> wrongMethod(rules));
        });
    }

    /** Which part of the log the asker may read: the deployment's operators all of it. */
    Scope scope(Asker asker) {
        var organization = asker.origin().organization();
        return organization.equals(operators) ? Scope.EVERYTHING : Scope.of(organization);
    }

    /** The segments below {@code /api}, as the routes see them; the one path without that prefix counts as below. */
    private static List<String> segments(HttpRequest request) {
        var all = StreamSupport.stream(request.getUri().pathSegments().spliterator(), false)
                .toList();
        return all.getFirst().equals("api") ? all.subList(1, all.size()) : all;
    }

    private boolean isAllowed(Asker asker, Rule rule, HttpRequest request) {
        return rule.roles().contains(asker.role())
                && (rule.about() != About.DEPLOYMENT
                        || asker.origin().organization().equals(operators))
                // Deleting a store on the way is a change of a store.
                && (!asker.isLauncher()
                        || !request.getUri()
                                .query()
                                .get(SandboxRoutes.DELETE_STORE)
                                .isPresent());
    }

    private Route owned(Asker asker, Rule rule, List<String> segments, Supplier<Route> inner) {
        return rule.about() == About.SANDBOX && asker.isLauncher()
                ? SandboxPaths.sandbox(
                        segments.get(1),
                        sandbox -> onSuccess(
                                Answers.asking(() -> sandboxes.read(asker.origin(), sandbox)),
                                found -> isOwn(asker, found)
                                        ? inner.get()
                                        : complete(Problems.from(new SandboxRefusal.NoSuchSandbox()))))
                : inner.get();
    }

    private static boolean isOwn(Asker asker, Outcome<SandboxView> found) {
        return found instanceof Outcome.Done<SandboxView>(var sandbox) && asker.sees(sandbox);
    }

    private static Route wrongMethod(List<Rule> rules) {
        var allowed = rules.stream()
                .flatMap(rule -> rule.verbs().stream())
                .distinct()
                .sorted()
                .flatMap(verb -> HttpMethods.lookup(verb).stream())
                .toArray(HttpMethod[]::new);
        return complete(Problems.from(Mistake.WRONG_METHOD).addHeader(Allow.create(allowed)));
    }

    /** Every path with its verbs, such as {@code GET /api/sandboxes/*}. */
    static Set<String> operations() {
        return RULES.stream()
                .flatMap(rule -> rule.verbs().stream().map(verb -> verb + " /api/" + String.join("/", rule.path())))
                .collect(Collectors.toUnmodifiableSet());
    }
}
