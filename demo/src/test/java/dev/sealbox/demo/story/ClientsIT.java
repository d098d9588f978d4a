package dev.sealbox.demo.story;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.sealbox.client.RunOptions;
import dev.sealbox.client.Sandbox;
import dev.sealbox.client.SandboxOptions;
import dev.sealbox.demo.upstream.GitServer;
import dev.sealbox.demo.upstream.Shelf;
import dev.sealbox.demo.upstream.TestAuthority;
import dev.sealbox.demo.upstream.TestUpstream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
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

    private static TestUpstream api;
    private static GitServer git;
    private static Shelf apt;
    private static Shelf plain;
    private static Shelf npm;
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
        var ports = Map.of(API, api.port(), GIT, git.port(), APT, apt.port(), PLAIN, plain.port(), NPM, npm.port());
        world = World.open(Map.of(
                "SEALBOX_UPSTREAM_OVERRIDES",
                ports.entrySet().stream()
                        .map(entry -> entry.getKey() + "=127.0.0.1:" + entry.getValue())
                        .collect(Collectors.joining(",")),
                "SEALBOX_UPSTREAM_CA_FILE",
                Files.writeString(folder.resolve("ca.pem"), authority.pem()).toString()));
        var stores = world.client().secretStores();
        var store = stores.create("clients", List.copyOf(ports.keySet()));
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
    void javaOverHttp2() throws IOException, InterruptedException {
        var image = folder.resolve("java");
        done(
                Path.of(System.getProperty("java.home"), "bin", "jlink").toString(),
                "--add-modules",
                "java.net.http,jdk.crypto.ec,jdk.compiler",
                "--strip-debug",
                "--no-man-pages",
                "--no-header-files",
                "--output",
                image.toString());
        install(image);
        sandbox.files().write("Client.java", resource("Client.java.txt"));

        assertThat(run("opt/bin/java -XX:+UseSerialGC Client.java " + API + " 2>/dev/null"))
                .isEqualTo("HTTP_2 200\n");
        assertReceived("/java");
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
