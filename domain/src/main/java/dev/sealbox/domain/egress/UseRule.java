package dev.sealbox.domain.egress;

import dev.sealbox.domain.InvalidValue;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Says of some requests whether a secret may be used in them. It means those that meet all of its conditions; an empty
 * condition is met by all.
 *
 * @param methods case matters, as in HTTP
 */
public record UseRule(
        Effect effect, List<HostPattern> hosts, List<String> methods, List<PathPrefix> paths, List<Integer> ports) {

    /** The most entries of one condition. */
    private static final int MAX_PER_CONDITION = 64;

    private static final Pattern METHOD = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}");

    /** What a rule says of the requests that it means. */
    public enum Effect {
        ALLOW,
        DENY
    }

    /**
     * Checks the parts.
     *
     * @throws InvalidValue for a method or port that is none, and for too many of anything
     */
    public UseRule {
        hosts = List.copyOf(hosts);
        methods = List.copyOf(methods);
        paths = List.copyOf(paths);
        ports = List.copyOf(ports);
        for (var condition : List.of(hosts, methods, paths, ports)) {
            if (condition.size() > MAX_PER_CONDITION) {
                throw new InvalidValue("a condition of a rule has at most " + MAX_PER_CONDITION + " entries");
            }
        }
        if (!methods.stream().allMatch(method -> METHOD.matcher(method).matches())) {
            throw new InvalidValue("a method is a token of at most 32 characters");
        }
        if (!ports.stream().allMatch(port -> port >= 1 && port <= 65_535)) {
            throw new InvalidValue("a port is a number from 1 to 65535");
        }
    }

    /** Whether it cannot be told without reading the method or the path. */
    boolean looksBehindTheHost() {
        return !methods.isEmpty() || !paths.isEmpty();
    }

    /** @param path empty where no condition on it can be met, so that none may be decided by it */
    boolean means(UseRequest request, Optional<RequestPath> path) {
        return (hosts.isEmpty() || HostPattern.anyMatches(hosts, request.host()))
                && (methods.isEmpty() || methods.contains(request.method()))
                && (ports.isEmpty() || ports.contains(request.port()))
                && (paths.isEmpty() || path.filter(this::covered).isPresent());
    }

    /** Whether some servers would take the request for one that it means: those to which capital and small letters are the same. */
    boolean mayMean(UseRequest request, Optional<RequestPath> path) {
        return (hosts.isEmpty() || HostPattern.anyMatches(hosts, request.host()))
                && (methods.isEmpty() || methods.stream().anyMatch(request.method()::equalsIgnoreCase))
                && (ports.isEmpty() || ports.contains(request.port()))
                && (paths.isEmpty()
                        || path.filter(read -> paths.stream().anyMatch(prefix -> prefix.mayCover(read)))
                                .isPresent());
    }

    private boolean covered(RequestPath path) {
        return paths.stream().anyMatch(prefix -> prefix.covers(path));
    }
}
