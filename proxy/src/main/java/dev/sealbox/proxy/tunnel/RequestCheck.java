package dev.sealbox.proxy.tunnel;

import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.egress.EgressPolicy;
import dev.sealbox.domain.egress.HostName;
import dev.sealbox.domain.egress.TlsCheck;
import dev.sealbox.proxy.codec.RequestHead;
import dev.sealbox.proxy.upstream.Origin;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What becomes of one request: decided by its head, the connection it came on, and the policy of this moment. Pure. */
final class RequestCheck {
    private static final int TLS_PORT = 443;
    private static final int HTTP_PORT = 80;

    private final EgressPolicy policy;
    private final Predicate<HostName> forbidden;

    /** What becomes of a request. */
    sealed interface Verdict {
        /** A tunnel to that host is opened, and intercepted. */
        record Tunnel(HostName host) implements Verdict {}

        /** Plain TCP is passed through to that. */
        record Pass(Target target) implements Verdict {}

        /** The request goes there, with that target. */
        record Forward(Origin origin, String target) implements Verdict {}

        /** The proxy answers that all is well: see {@link TlsCheck}. */
        record Checked() implements Verdict {}

        /** The proxy answers itself. */
        record Refused(Problem problem) implements Verdict {}
    }

    private record Authority(HostName host, int port) {}

    /** @param forbidden addresses given as such that nobody may reach */
    RequestCheck(EgressPolicy policy, Predicate<HostName> forbidden) {
        this.policy = policy;
        this.forbidden = forbidden;
    }

    /** A request to the proxy itself. */
    Verdict explicit(RequestHead head) {
        return guarded(() -> {
            if (head.method().equals("CONNECT")) {
                return connect(head);
            }
            if (!head.target().regionMatches(true, 0, "http://", 0, 7)) {
                throw new Objection(Problem.badTarget());
            }
            return absolute(head);
        });
    }

    /** A request to what the client believes to be a web server, in the clear. */
    Verdict plain(RequestHead head) {
        return guarded(() -> {
            if (head.target().regionMatches(true, 0, "http://", 0, 7)) {
                return absolute(head);
            }
            var host = hostField(head, HTTP_PORT);
            return forward(head, new Origin(host, false));
        });
    }

    /** A request inside the tunnel to {@code tunnel}. */
    Verdict inTunnel(RequestHead head, HostName tunnel) {
        return guarded(() -> {
            // HTTP/2 may bring a Host beside its authority.
            var hosts = head.fields().values("host");
            if (hosts.isEmpty()) {
                throw new Objection(Problem.badHost());
            }
            for (var value : hosts) {
                if (!host(value, TLS_PORT).equals(tunnel)) {
                    throw new Objection(Problem.misdirected(tunnel));
                }
            }
            return tunnel.equals(TlsCheck.HOST) ? new Verdict.Checked() : forward(head, new Origin(tunnel, true));
        });
    }

    /** Why the host may not be reached; null when it may. */
    @Nullable Problem objection(HostName host) {
        if (policy.isDenied(host)) {
            return Problem.hostDenied(host);
        }
        if (host.isAddress()) {
            return policy.mayConnect(host) && !forbidden.test(host) ? null : Problem.addressNotAllowed(host);
        }
        return policy.mayReach(host) && !host.equals(TlsCheck.HOST) ? null : Problem.hostNotAllowed(host);
    }

    private Verdict connect(RequestHead head) {
        var authority = authority(head.target(), -1);
        if (authority.port() != TLS_PORT) {
            return pass(authority);
        }
        if (!authority.host().equals(TlsCheck.HOST)) {
            reachable(authority.host());
        }
        return new Verdict.Tunnel(authority.host());
    }

    private Verdict pass(Authority authority) {
        if (!policy.mayPass(authority.host(), authority.port())) {
            throw new Objection(Problem.portNotAllowed());
        }
        if (forbidden.test(authority.host())) {
            throw new Objection(Problem.addressNotAllowed(authority.host()));
        }
        return new Verdict.Pass(new Target(authority.host(), authority.port()));
    }

    private Verdict absolute(RequestHead head) {
        var rest = head.target().substring("http://".length());
        int end = 0;
        while (end < rest.length() && rest.charAt(end) != '/' && rest.charAt(end) != '?') {
            end++;
        }
        var authority = authority(rest.substring(0, end), HTTP_PORT);
        if (authority.port() != HTTP_PORT) {
            throw new Objection(Problem.portNotAllowed());
        }
        if (head.fields().has("host") && !hostField(head, HTTP_PORT).equals(authority.host())) {
            throw new Objection(Problem.misdirected(authority.host()));
        }
        var path = rest.substring(end);
        return checked(head, new Origin(authority.host(), false), path.startsWith("/") ? path : "/" + path);
    }

    private Verdict forward(RequestHead head, Origin origin) {
        boolean originForm = head.target().startsWith("/");
        if (!originForm && !(head.target().equals("*") && head.method().equals("OPTIONS"))) {
            throw new Objection(head.method().equals("CONNECT") ? Problem.methodNotAllowed() : Problem.badTarget());
        }
        return checked(head, origin, head.target());
    }

    private Verdict checked(RequestHead head, Origin origin, String target) {
        var method = head.method().toUpperCase(Locale.ROOT);
        if (method.equals("TRACE") || method.equals("TRACK") || method.equals("CONNECT")) {
            throw new Objection(Problem.methodNotAllowed());
        }
        reachable(origin.host());
        return new Verdict.Forward(origin, target);
    }

    private void reachable(HostName host) {
        var problem = objection(host);
        if (problem != null) {
            throw new Objection(problem);
        }
    }

    private static HostName hostField(RequestHead head, int port) {
        var value = head.fields().first("host");
        if (value == null) {
            throw new Objection(Problem.badHost());
        }
        return host(value, port);
    }

    private static HostName host(String value, int port) {
        var authority = authority(value, port);
        if (authority.port() != port) {
            throw new Objection(Problem.portNotAllowed());
        }
        return authority.host();
    }

    /** {@code host:port}; without a port where {@code otherwise} is one. */
    private static Authority authority(String text, int otherwise) {
        int colon = text.lastIndexOf(':');
        boolean hasPort = colon >= 0 && text.indexOf(']', colon) < 0;
        var host = hasPort ? text.substring(0, colon) : text;
        if (host.contains(":") && !host.startsWith("[")) {
            throw new Objection(Problem.badHost());
        }
        var port = hasPort ? text.substring(colon + 1) : "";
        if (hasPort ? !isPort(port) : otherwise < 0) {
            throw new Objection(Problem.badHost());
        }
        try {
            return new Authority(HostName.ofWire(host), hasPort ? Integer.parseInt(port) : otherwise);
        } catch (InvalidValue e) {
            throw new Objection(Problem.badHost());
        }
    }

    private static boolean isPort(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return !text.isEmpty() && text.length() <= 5;
    }

    private static Verdict guarded(Supplier<Verdict> check) {
        try {
            return check.get();
        } catch (Objection e) {
            return new Verdict.Refused(e.problem());
        }
    }
}
