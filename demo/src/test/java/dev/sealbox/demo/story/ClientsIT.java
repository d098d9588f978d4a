package dev.sealbox.demo.story;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.sealbox.client.RunOptions;
import dev.sealbox.client.Sandbox;
import dev.sealbox.client.SandboxOptions;
import dev.sealbox.client.StoreUpdate;
import dev.sealbox.demo.upstream.EchoSocket;
import dev.sealbox.demo.upstream.GitServer;
import dev.sealbox.demo.upstream.GrpcEcho;
import dev.sealbox.demo.upstream.Shelf;
import dev.sealbox.demo.upstream.TcpEcho;
import dev.sealbox.demo.upstream.TestAuthority;
import dev.sealbox.demo.upstream.TestUpstream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Programs that people use in sandboxes, as they come and without a word about the proxy: each reaches an upstream that
 * wants a credential, which is substituted, and none of them sees its value.
 */
class ClientsIT {
    private static final String API = "api.clients.test";
    private static final String GIT = "git.clients.test";
    private static final String APT = "apt.clients.test";
    private static final String PLAIN = "plain.clients.test";
    private static final String NPM = "npm.clients.test";
    private static final String GRPC = "grpc.clients.test";
    private static final String SOCKET = "socket.clients.test";
    private static final String TCP = "tcp.clients.test";
    private static final String VALUE = "value-" + UUID.randomUUID();
    private static final RunOptions PATIENT = RunOptions.defaults().timeout(Duration.ofMinutes(2));

    /** The machine's node with its libraries, but for the C library's, which every sandbox has; and npm. */
    private static final String COPY_OF_NODE = """
            set -e
            node=$(readlink -f "$(command -v node)")
            mkdir "$1/bin" "$1/lib"
            cp "$node" "$1/bin/node"
            ldd "$node" | awk '$2 == "=>" && $3 ~ "^/" { print $3 }' |
                grep -vE '/lib(c|m|dl|rt|pthread)[.]so' | xargs -r cp -Lt "$1/lib"
            npm install --prefix "$1" --no-audit --no-fund --loglevel error npm@10
            """;

    /** Pure Python, so that they run wherever Python does. */
    private static final String PYTHON_LIBRARIES = """
            set -e
            cd "$1"
            packages="python3-requests python3-urllib3 python3-certifi python3-idna python3-chardet python3-six
                python3-charset-normalizer python3-httpx python3-httpcore python3-anyio python3-h11 python3-sniffio
                python3-rfc3986 python3-websockets"
            apt-get -qq download $packages 2>/dev/null || { apt-get -qq update; apt-get -qq download $packages; }
            for package in *.deb; do dpkg-deb -x "$package" .; done
            rm *.deb
            """;

    private static TestUpstream api;
    private static GitServer git;
    private static Shelf apt;
    private static Shelf plain;
    private static Shelf npm;
    private static GrpcEcho grpc;
    private static EchoSocket socket;
    private static TcpEcho tcp;
    private static World world;
    private static Sandbox sandbox;

    @TempDir
    private static Path folder;

    @BeforeAll
    static void start() throws IOException {
        var authority = new TestAuthority();
        api = new TestUpstream(authority, List.of(API));
        git = new GitServer(authority, GIT, Files.createDirectory(folder.resolve("git")));
        git.admit(VALUE);
        var basic = Base64.getEncoder().encodeToString(("reader:" + VALUE).getBytes(UTF_8));
        apt = Shelf.locked(authority, APT, "Basic " + basic);
        plain = Shelf.open();
        npm = Shelf.locked(authority, NPM, "Bearer " + VALUE);
        grpc = new GrpcEcho(authority, GRPC);
        socket = new EchoSocket(authority, SOCKET);
        tcp = new TcpEcho();
        var ports = Map.of(
                API,
                api.port(),
                GIT,
                git.port(),
                APT,
                apt.port(),
                PLAIN,
                plain.port(),
                NPM,
                npm.port(),
                GRPC,
                grpc.port(),
                SOCKET,
                socket.port());
        world = World.open(Map.of(
                "SEALBOX_UPSTREAM_OVERRIDES",
                Stream.concat(ports.entrySet().stream(), Stream.of(Map.entry(TCP, tcp.port())))
                        .map(entry -> entry.getKey() + "=127.0.0.1:" + entry.getValue())
                        .collect(Collectors.joining(",")),
                "SEALBOX_UPSTREAM_CA_FILE",
                Files.writeString(folder.resolve("ca.pem"), authority.pem()).toString()));
        var stores = world.client().secretStores();
        var store = stores.create("clients", List.copyOf(ports.keySet()));
        stores.update(store.id(), StoreUpdate.nothing().egressTcp(List.of(TCP + ":5432")));
        stores.setSecret(store.id(), "TOKEN", VALUE);
        sandbox = Sandbox.create(world.client(), SandboxOptions.defaults().secretStore("clients"));
    }

    @AfterAll
    static void stop() {
        try (var closing = world) {
            assertThat(closing.stop()).isEmpty();
        } finally {
            api.close();
            git.close();
            grpc.close();
            socket.close();
            tcp.close();
            List.of(apt, plain, npm).forEach(Shelf::close);
        }
    }

    /** What the command says when it succeeds, which holds no value. */
    private static String run(String command) {
        var result = sandbox.commands().run(command, PATIENT);
        assertThat(result.stdout() + result.stderr()).doesNotContain(VALUE);
        assertThat(result.exitCode()).as(result.stdout() + result.stderr()).isZero();
        return result.stdout();
    }

    private static void assertReceived(String path) {
        assertThat(api.latest(path).orElseThrow().header("authorization")).isEqualTo("Bearer " + VALUE);
    }

    private static byte[] resource(String name) {
        try (var in = ClientsIT.class.getResourceAsStream(name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.1", "2"})
    void curl(String version) {
        var said = run("curl -sS --fail --http" + version + " -o /dev/null -w '%{http_version}'"
                + " -H \"Authorization: Bearer $TOKEN\" https://" + API + "/curl/" + version);

        assertThat(said).isEqualTo(version);
        assertReceived("/curl/" + version);
    }

    @Test
    void curlThatIgnoresTheProxy() {
        run("curl -sS --fail --noproxy '*' -H \"Authorization: Bearer $TOKEN\" https://" + API + "/curl/transparent");

        assertReceived("/curl/transparent");
    }

    @Test
    void wget() {
        run("wget -q -O - --header \"Authorization: Bearer $TOKEN\" https://" + API + "/wget");

        assertReceived("/wget");
    }

    @Test
    void gitClonesAndPushes() {
        run(
                "git clone -q https://x:$TOKEN@" + GIT + "/repo.git cloned && cd cloned"
                        + " && git config user.name a && git config user.email a@b.test"
                        + " && echo pushed >NEWS.md && git add NEWS.md && git commit -q -m News && git push -q origin HEAD:main");

        assertThat(run("git clone -q https://x:$TOKEN@" + GIT + "/repo.git again && cat again/NEWS.md"))
                .isEqualTo("pushed\n");
    }

    /** The package is made where dpkg is: in the sandbox. */
    @Test
    void aptOverTlsAndInTheClear() {
        run(
                "mkdir -p greeting/DEBIAN greeting/opt && echo hello >greeting/opt/greeting && printf '%s\\n' 'Package: greeting'"
                        + " 'Version: 1' 'Architecture: all' 'Maintainer: a <a@b.test>' 'Description: hello'"
                        + " >greeting/DEBIAN/control && dpkg-deb -b greeting");
        var deb = sandbox.files().readBytes("greeting.deb");
        var packages = ("Package: greeting\nVersion: 1\nArchitecture: all\nMaintainer: a <a@b.test>\n"
                        + "Description: hello\nFilename: ./greeting.deb\nSize: " + deb.length + "\nSHA256: "
                        + hex("SHA-256", deb) + "\n\n")
                .getBytes(UTF_8);
        apt.put("/./Packages", packages).put("/./greeting.deb", deb);
        plain.put("/./Packages", packages).put("/./greeting.deb", deb);
        for (var from : List.of("https://" + APT, "http://" + PLAIN)) {
            run("printf 'machine https://" + APT + " login reader password %s\\n' \"$TOKEN\""
                    + " | sudo tee /etc/apt/auth.conf.d/ours.conf >/dev/null"
                    + " && sudo rm -f /etc/apt/sources.list /etc/apt/sources.list.d/*"
                    + " && echo 'deb [trusted=yes] " + from + " ./' | sudo tee /etc/apt/sources.list >/dev/null"
                    + " && sudo apt-get -q update 2>&1 && sudo apt-get -q -y install greeting 2>&1"
                    + " && sudo apt-get -q -y purge greeting 2>&1 && sudo rm -rf /var/cache/apt/archives/*.deb");
        }
    }

    @Test
    void python() {
        sandbox.files().write("clients.py", resource("clients.py"));

        assertThat(run("python3 clients.py " + API)).isEqualTo("urllib 200\nhttp.client 200 200\nasyncio 200\n");

        for (var path : List.of("/urllib", "/http.client/1", "/http.client/2", "/asyncio")) {
            assertReceived(path);
        }
    }

    /** Debian's packages of them, unpacked beside what the sandbox has. */
    @Test
    void pythonLibraries() throws IOException, InterruptedException {
        var image = Files.createDirectory(folder.resolve("python"));
        done("sh", "-c", PYTHON_LIBRARIES, "fetch", image.toString());
        install(image);
        sandbox.files().write("libraries.py", resource("libraries.py"));
        assumeThat(sandbox.commands()
                        .run(
                                "PYTHONPATH=opt/usr/lib/python3/dist-packages python3 -c 'import requests, httpx, websockets'")
                        .exitCode())
                .as("THIS MACHINE'S PYTHON PACKAGES DO NOT FIT THE SANDBOX'S, so requests and httpx are not tested")
                .isZero();

        assertThat(run("PYTHONPATH=opt/usr/lib/python3/dist-packages python3 libraries.py " + API + " " + SOCKET))
                .isEqualTo(
                        "requests 200 200 True\nhttpx 200\nhttpx.AsyncClient 200 200 200 200 200\nwebsockets True\n");

        List.of("/requests/1", "/requests/2", "/httpx", "/httpx/0", "/httpx/4").forEach(ClientsIT::assertReceived);
        assertThat(api.latest("/requests/2").orElseThrow().body()).isEqualTo("{\"key\": \"" + VALUE + "\"}");
        assertThat(socket.received()).containsExactly("{\"key\": \"" + VALUE + "\"}");
    }

    @Test
    void nodeFetchesAndNpmInstalls() throws IOException, InterruptedException {
        var image = Files.createDirectory(folder.resolve("node"));
        done("sh", "-c", COPY_OF_NODE, "copy", image.toString());
        install(image);
        assumeThat(sandbox.commands()
                        .run("LD_LIBRARY_PATH=opt/lib opt/bin/node --version")
                        .exitCode())
                .as("THIS MACHINE'S node DOES NOT RUN IN A SANDBOX, so node and npm are not tested")
                .isZero();
        run("cat >fetch.mjs <<'END'\n"
                + "const answer = await fetch('https://" + API + "/fetch',"
                + " { headers: { Authorization: `Bearer ${process.env.TOKEN}` } });\n"
                + "console.log(answer.status, (await answer.text()).includes(process.env.TOKEN));\n"
                + "END");
        assertThat(run("LD_LIBRARY_PATH=opt/lib opt/bin/node fetch.mjs")).isEqualTo("200 true\n");
        assertReceived("/fetch");

        run(
                "mkdir -p made/package && cd made && echo '{\"name\":\"greeting\",\"version\":\"1.0.0\"}' >package/package.json"
                        + " && echo 'module.exports = \"hello\"' >package/index.js && tar -czf greeting.tgz package");
        var tarball = sandbox.files().readBytes("made/greeting.tgz");
        npm.put("/greeting/-/greeting-1.0.0.tgz", tarball);
        npm.put(
                "/greeting",
                ("{\"name\":\"greeting\",\"dist-tags\":{\"latest\":\"1.0.0\"},\"versions\":{\"1.0.0\":"
                                + "{\"name\":\"greeting\",\"version\":\"1.0.0\",\"dist\":{\"tarball\":\"https://" + NPM
                                + "/greeting/-/greeting-1.0.0.tgz\",\"shasum\":\"" + hex("SHA-1", tarball) + "\"}}}}")
                        .getBytes(UTF_8));
        var installed = run(
                "export PATH=$HOME/opt/bin:$PATH LD_LIBRARY_PATH=$HOME/opt/lib && mkdir -p project && cd project && echo '{}' >package.json"
                        + " && printf 'registry=https://" + NPM + "/\\n//" + NPM + "/:_authToken=${TOKEN}\\n' >.npmrc"
                        + " && node ~/opt/node_modules/npm/bin/npm-cli.js install --no-audit --no-fund --loglevel error"
                        + " greeting >&2 && node -p 'require(\"greeting\")'");
        assertThat(installed).isEqualTo("hello\n");
    }

    @Test
    void javaOverHttp2AndGrpc() throws IOException, InterruptedException {
        var image = folder.resolve("java");
        done(
                Path.of(System.getProperty("java.home"), "bin", "jlink").toString(),
                "--add-modules",
                "java.net.http,jdk.crypto.ec,jdk.compiler,java.logging,java.management,java.naming,jdk.unsupported",
                "--strip-debug",
                "--no-man-pages",
                "--no-header-files",
                "--output",
                image.toString());
        var jars = Files.createDirectory(image.resolve("grpc"));
        for (var jar : grpcJars()) {
            Files.copy(jar, jars.resolve(jar.getFileName()));
        }
        install(image);
        sandbox.files().write("Client.java", resource("Client.java.txt"));
        sandbox.files().write("Calls.java", resource("Calls.java.txt"));

        assertThat(run("opt/bin/java -XX:+UseSerialGC Client.java " + API + " 2>/dev/null"))
                .isEqualTo("HTTP_2 200\n");
        assertReceived("/java");
        assertThat(run("opt/bin/java -XX:+UseSerialGC -cp 'opt/grpc/*' Calls.java " + GRPC + " 2>/dev/null"))
                .isEqualTo("hello true\n[a, b, c] true\n");
        assertThat(grpc.credentials()).containsExactly("Bearer " + VALUE, "Bearer " + VALUE);
    }

    /** The client of gRPC with all that it needs, as Maven has brought it. */
    private static List<Path> grpcJars() {
        return Stream.of(
                        "io.grpc.ManagedChannel",
                        "io.grpc.stub.ClientCalls",
                        "io.grpc.internal.GrpcUtil",
                        "io.grpc.util.RoundRobinLoadBalancer",
                        "io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder",
                        "com.google.common.base.Preconditions",
                        "com.google.common.util.concurrent.internal.InternalFutureFailureAccess",
                        "io.perfmark.PerfMark")
                .map(ClientsIT::jarOf)
                .toList();
    }

    private static Path jarOf(String type) {
        try {
            var source = Class.forName(type, false, ClientsIT.class.getClassLoader())
                    .getProtectionDomain()
                    .getCodeSource();
            return Path.of(source.getLocation().toURI());
        } catch (ClassNotFoundException | URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    /** What is no web reaches named ports only, and a token stays a token there. */
    @Test
    void plainTcp() {
        var dial = "exec 3<>/dev/tcp/" + TCP + "/";

        assertThat(run("bash -c '" + dial + "5432; echo \"$TOKEN\" >&3; head -n 1 <&3'"))
                .isEqualTo(run("echo \"$TOKEN\""));

        assertThat(run("for port in 5431 5433 22; do bash -c \"" + dial
                        + "$port; echo hello >&3; head -n 1 <&3\" 2>/dev/null; done; true"))
                .isEmpty();
        assertThat(run("curl -s -o /dev/null -w '%{http_code}' http://" + TCP + "/"))
                .isEqualTo("403");
    }

    /** Whatever form it has: PEM, or the bytes by which every private key on P-256 begins. */
    private static String filesWithPrivateKeys() {
        return run("sudo sh -c \"LC_ALL=C grep -rlaP --exclude-dir=opt -- '-----BEGIN [A-Z ]*PRIVATE KEY-----"
                + "|\\x2a\\x86\\x48\\xce\\x3d\\x03\\x01\\x07\\x04.\\x30.\\x02\\x01\\x01\\x04\\x20'"
                + " /etc /home /opt /root /run /srv /tmp /usr/local /var /proc/[0-9]*/environ 2>/dev/null; true\"");
    }

    @Test
    void noPrivateKeyIsInTheSandbox() {
        run("openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out one.pem"
                + " && openssl pkcs8 -topk8 -nocrypt -in one.pem -outform DER -out another.der");
        assertThat(filesWithPrivateKeys().lines())
                .containsExactlyInAnyOrder("/home/sandbox/one.pem", "/home/sandbox/another.der");
        run("rm one.pem another.der");

        assertThat(filesWithPrivateKeys()).isEmpty();
        assertThat(run("openssl pkcs12 -in /etc/sealbox/truststore.p12 -passin pass:changeit -nodes"))
                .contains("BEGIN CERTIFICATE")
                .doesNotContain("PRIVATE KEY");
    }

    /** Runs a program beside the sandbox. */
    private static void done(String... command) throws IOException, InterruptedException {
        var said = folder.resolve("said");
        var process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(said)).isZero();
    }

    /** Puts what is in a folder here into the folder {@code opt} of the sandbox. */
    private static void install(Path image) throws IOException, InterruptedException {
        var archive = folder.resolve("image.tar");
        done("tar", "-cf", archive.toString(), "-C", image.toString(), ".");
        sandbox.files().write("image.tar", () -> opened(archive));
        run("mkdir -p opt && tar -xf image.tar -C opt && rm image.tar");
    }

    private static InputStream opened(Path file) {
        try {
            return Files.newInputStream(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String hex(String algorithm, byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
