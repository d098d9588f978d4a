package dev.sealbox.domain.sandbox;

import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.sealing.SealedToken;
import java.util.LinkedHashMap;
import java.util.Map;

/** The environment of a sandbox's processes, in the order of SEMANTICS 4.1: later wins. */
public final class Environment {
    private static final String PROXY = "http://" + Gateway.ADDRESS + ":" + Gateway.PROXY_PORT;
    private static final String LOCAL = "localhost,127.0.0.1,::1";

    /** The sandbox user's home, and the directory that relative paths start from. */
    public static final String HOME = "/home/sandbox";

    private Environment() {}

    /**
     * All variables of one command.
     *
     * @param tokens the sealed token of each secret; one that the sandbox's own variables override is left out
     * @param made what the sandbox is made from
     * @param command the command's own variables, which win over everything
     */
    public static Map<String, String> of(
            Map<SecretName, SealedToken> tokens, Blueprint made, Map<String, String> command) {
        var all = new LinkedHashMap<>(ofImage(made.defaults()));
        tokens.forEach((name, token) -> all.put(name.value(), token.value()));
        all.putAll(made.envs());
        all.putAll(system());
        all.putAll(command);
        return all;
    }

    /** The variables of a command while an image is built: there are no secrets, and nobody's own variables. */
    public static Map<String, String> whileBuilding(Defaults defaults) {
        var all = ofImage(defaults);
        all.putAll(system());
        return all;
    }

    private static Map<String, String> ofImage(Defaults defaults) {
        var all = new LinkedHashMap<>(user());
        all.putAll(defaults.envs());
        return all;
    }

    private static Map<String, String> user() {
        return Map.of(
                "PATH", "/usr/local/bin:/usr/local/sbin:/usr/bin:/usr/sbin:/bin:/sbin",
                "HOME", HOME,
                "USER", "sandbox",
                "LOGNAME", "sandbox",
                "SHELL", "/bin/bash",
                "LANG", "C.UTF-8");
    }

    /**
     * The proxy and trust variables (SEMANTICS 4.4 and 4.5), for the clients that read them. Egress control does not
     * depend on any of them.
     */
    public static Map<String, String> system() {
        var all = new LinkedHashMap<String, String>();
        for (var name : new String[] {"HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"}) {
            all.put(name, PROXY);
        }
        all.put("NO_PROXY", LOCAL);
        all.put("no_proxy", LOCAL);
        all.put("NODE_EXTRA_CA_CERTS", TrustFiles.AUTHORITY);
        for (var name : new String[] {
            "SSL_CERT_FILE",
            "REQUESTS_CA_BUNDLE",
            "CURL_CA_BUNDLE",
            "GIT_SSL_CAINFO",
            "PIP_CERT",
            "CARGO_HTTP_CAINFO",
            "AWS_CA_BUNDLE",
            "DENO_CERT"
        }) {
            all.put(name, TrustFiles.BUNDLE);
        }
        all.put(
                "JAVA_TOOL_OPTIONS",
                "-Djavax.net.ssl.trustStore=" + TrustFiles.PKCS12 + " -Djavax.net.ssl.trustStoreType=PKCS12"
                        + " -Djavax.net.ssl.trustStorePassword=" + TrustFiles.PKCS12_PASSWORD);
        return all;
    }

    /**
     * Checks variables that a person gives.
     *
     * @throws InvalidValue for an empty name, a name with {@code =}, or a NUL anywhere
     */
    public static Map<String, String> checked(Map<String, String> variables) {
        variables.forEach((name, value) -> {
            if (name.isEmpty() || name.contains("=") || hasControl(name)) {
                throw new InvalidValue("an environment variable's name is empty, or holds = or a control character");
            }
            if (value.indexOf('\0') >= 0) {
                throw new InvalidValue("the environment variable " + name + " holds a NUL character");
            }
        });
        return Map.copyOf(variables);
    }

    private static boolean hasControl(String name) {
        return name.chars().anyMatch(Character::isISOControl);
    }
}
