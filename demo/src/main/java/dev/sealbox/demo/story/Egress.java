package dev.sealbox.demo.story;

import dev.sealbox.demo.upstream.Canary;
import dev.sealbox.demo.upstream.Received;
import java.util.Map;
import java.util.stream.Collectors;

/** Steps 2 to 4: what a sandbox sees, what an upstream receives, and that there is no way around the proxy. */
final class Egress {
    private static final String NO_PROXY = "unset HTTPS_PROXY https_proxy HTTP_PROXY http_proxy ALL_PROXY all_proxy; ";

    private final World world;
    private final Values values;
    private final Report report;

    Egress(World world, Report report) {
        this.world = world;
        this.values = world.values();
        this.report = report;
    }

    void sealedTokens(Shell shell) {
        report.step("2. What the sandbox sees");
        var token = shell.run("echo $GIT_TOKEN").stdout().strip();
        report.prove("$GIT_TOKEN is osb_sealed_ and 32 hex digits", Shell.isToken(token), token);
        report.proveEqual(
                "both secrets are there as tokens",
                "2",
                shell.run("env | grep -c osb_sealed_").stdout().strip());
    }

    /** Step 3, under paths that begin with {@code path}; {@code key} is API_KEY's value now. */
    void reveal(Shell shell, String path, String key) {
        var header = shell.run(
                "curl -sS -i https://%s%s/header -H \"Authorization: Bearer $API_KEY\"".formatted(Hosts.API, path));
        var received = arrived(path + "/header");
        report.proveEqual(
                "the upstream receives the real value in a header", "Bearer " + key, received.header("authorization"));
        report.prove(
                "an upstream that echoes it, in header and body, shows the sandbox the token",
                header.exitCode() == 0 && header.stdout().split(shell.variable("API_KEY"), -1).length > 2,
                values.hidden(header.stdout() + header.stderr()));

        shell.run(
                "curl -sS https://%s%s/body -H 'Content-Type: application/json' -d \"{\\\"token\\\":\\\"$API_KEY\\\"}\""
                        .formatted(Hosts.API, path));
        report.proveEqual(
                "the upstream receives the real value in a JSON body",
                "{\"token\":\"" + key + "\"}",
                arrived(path + "/body").body());
    }

    void refuse(Shell shell, String path) {
        var denied = shell.run("curl -sS -v https://%s%s/denied -H \"X-Key: $API_KEY\" 2>&1 | grep -E '^(< |curl)'"
                .formatted(Hosts.DENIED, path));
        report.prove(
                "a host off the allowlist is refused with 403 and a reason",
                denied.stdout().contains("403") && denied.stdout().contains("egress.host-not-allowed"),
                denied.stdout());
        report.prove(
                "and receives nothing",
                world.upstream().latest(path + "/denied").isEmpty(),
                "a request arrived");

        shell.run("curl -sS https://%s%s/excluded -H \"X-Key: $API_KEY\" -o /dev/null -w '%%{http_code}'"
                .formatted(Hosts.LOGS, path));
        report.proveEqual(
                "a permitted host that the secret excludes receives the token as it is",
                shell.variable("API_KEY"),
                arrived(path + "/excluded").header("x-key"));
    }

    void noWayAround(Shell shell) {
        report.step("4. Around the proxy");
        shell.run(NO_PROXY
                + "curl -sS https://%s/direct -H \"X-Key: $API_KEY\" -o /dev/null -w '%%{http_code}'"
                        .formatted(Hosts.API));
        report.proveEqual(
                "without proxy variables the request to a permitted host still works, and is intercepted",
                values.api(),
                arrived("/direct").header("x-key"));

        shell.sandbox().files().write("raw.py", RAW_SOCKET);
        shell.run("python3 raw.py");
        report.proveEqual(
                "so it is for a raw socket", values.api(), arrived("/raw").header("x-key"));

        var denied = shell.run(NO_PROXY + "curl -sS -m 10 https://%s/denied-directly".formatted(Hosts.DENIED));
        report.prove(
                "a host off the allowlist stays out of reach",
                denied.exitCode() != 0
                        && world.upstream().latest("/denied-directly").isEmpty(),
                denied.stdout() + denied.stderr());

        shell.sandbox().files().write("escape.py", ESCAPE);
        var targets = Canary.addresses().stream().collect(Collectors.joining(" "));
        var tries = shell.run("python3 escape.py %d 169.254.169.253 127.0.0.1 %s"
                .formatted(world.canary().port(), targets));
        report.prove(
                "no packet to any address of this machine arrives, by TCP or UDP, IPv4 or IPv6",
                tries.exitCode() == 0 && world.canary().heard() == 0,
                "heard " + world.canary().heard() + "\n" + tries.stdout() + tries.stderr());
    }

    /** The request that reached the upstream, or an empty one. */
    Received arrived(String target) {
        var received = world.upstream().latest(target);
        received.ifPresent(request -> report.tell(
                "upstream saw " + request.method() + " " + request.host() + request.target(),
                values.hidden(("" + request.header("authorization") + request.header("x-key") + " " + request.body())
                        .strip())));
        return received.orElse(new Received("", "", "", Map.of(), "", 0));
    }

    private static final String RAW_SOCKET = """
            import os, socket, ssl
            raw = socket.create_connection(("%s", 443), 10)
            tls = ssl.create_default_context().wrap_socket(raw, server_hostname="%s")
            tls.sendall(("GET /raw HTTP/1.1\\r\\nHost: %s\\r\\nX-Key: " + os.environ["API_KEY"]
                         + "\\r\\nConnection: close\\r\\n\\r\\n").encode())
            print(tls.makefile().readline())
            """.formatted(Hosts.API, Hosts.API, Hosts.API);

    private static final String ESCAPE = """
            import socket, sys
            port, hosts = int(sys.argv[1]), sys.argv[2:]
            for host in hosts:
                for kind in socket.SOCK_STREAM, socket.SOCK_DGRAM:
                    try:
                        [(family, _, _, _, to)] = socket.getaddrinfo(host, port, type=kind)
                        with socket.socket(family, kind) as s:
                            s.settimeout(0.5)
                            s.connect(to)
                            s.send(b"let me out")
                            print("sent", host, kind.name)
                    except OSError as e:
                        print("stopped", host, kind.name, e)
            """;
}
