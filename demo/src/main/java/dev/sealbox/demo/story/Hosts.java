package dev.sealbox.demo.story;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The host names of the story. None of them exists anywhere else: the proxy is told where to dial. */
final class Hosts {
    static final String API = "api.example.test";
    static final String GIT = "git.example.test";

    /** Permitted, but some secrets are not for it. */
    static final String LOGS = "logs.example.test";

    /** Permitted to one fork each. */
    static final String TEAM_A = "a.example.test";

    static final String TEAM_B = "b.example.test";

    /** Never permitted, though the proxy knows where it is. */
    static final String DENIED = "denied.example.test";

    /** Where webhooks go. */
    static final String HOOKS = "hooks.example.test";

    /** What the echoing upstream answers for. */
    static final List<String> ECHOING = List.of(API, LOGS, TEAM_A, TEAM_B, DENIED, HOOKS, "extra.example.test");

    private Hosts() {}

    /** The value of SEALBOX_UPSTREAM_OVERRIDES. */
    static String overrides(int upstreamPort, int gitPort) {
        return Stream.concat(
                        ECHOING.stream().map(host -> host + "=127.0.0.1:" + upstreamPort),
                        Stream.of(GIT + "=127.0.0.1:" + gitPort))
                .collect(Collectors.joining(","));
    }
}
