package dev.sealbox.demo.operator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sealbox.client.ForkOptions;
import dev.sealbox.client.Sandbox;
import dev.sealbox.client.SandboxOptions;
import dev.sealbox.client.SealboxClient;
import dev.sealbox.demo.node.Node;
import dev.sealbox.demo.node.Project;
import dev.sealbox.demo.node.Sweep;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The launcher's commands, as people type them, against a node. */
class OperatorIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String KEY = "operator-test-key";
    private static final String VALUE = "a value that no command may print";

    private static Path folder = Path.of("");
    private static Node node = new Node(Map.of(), folder);

    /** What a command left. */
    private record Done(int status, String out, String err) {
        JsonNode json() {
            try {
                return JSON.readTree(out);
            } catch (IOException e) {
                throw new AssertionError("no JSON: " + out, e);
            }
        }
    }

    @BeforeAll
    static void start() throws IOException {
        // Others may pass through: the users of sandboxes, on the way to their own files.
        folder = Files.createTempDirectory(
                "sealbox-cli-", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x--x")));
        node = new Node(
                Map.of(
                        "SEALBOX_DATA_DIR",
                        folder.resolve("data").toString(),
                        "SEALBOX_TEMPLATE_DIR",
                        Project.templates().toString(),
                        "SEALBOX_BOOTSTRAP_API_KEY",
                        KEY),
                folder.resolve("node.log"));
        node.start();
    }

    @AfterAll
    static void stop() {
        node.close();
        var sweep = new Sweep(folder, folder.resolve("data"));
        sweep.force();
        sweep.removeFolder();
    }

    private static Done run(String input, String key, String... words) {
        try {
            var command = new ProcessBuilder(Project.home().resolve("sealbox").toString());
            command.command().addAll(List.of(words));
            command.environment()
                    .putAll(Map.of(
                            "SEALBOX_NO_BUILD",
                            "1",
                            "JAVA_HOME",
                            System.getProperty("java.home"),
                            "SEALBOX_URL",
                            node.api().toString(),
                            "SEALBOX_API_KEY",
                            key));
            var out = Files.createTempFile(folder, "out", "");
            var err = Files.createTempFile(folder, "err", "");
            var process = command.redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .start();
            try (var in = process.getOutputStream()) {
                in.write(input.getBytes(UTF_8));
            }
            assertThat(process.waitFor(180, TimeUnit.SECONDS)).isTrue();
            return new Done(process.exitValue(), Files.readString(out), Files.readString(err));
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private static Done done(String... words) {
        var done = run("", KEY, words);
        assertThat(done.status()).as(done.err()).isZero();
        assertThat(done.out() + done.err()).doesNotContain(VALUE);
        return done;
    }

    @Test
    void keepsStoresSecretsKeysAndTheLogInOrder() {
        assertThat(done("store", "create", "creds", "--allow", "a.test").out()).contains("creds", "a.test");
        for (var value : new String[] {VALUE, VALUE + " 2"}) {
            var set = run(value + "\n", KEY, "secret", "set", "creds", "TOKEN", "--host", "a.test");
            assertThat(set.status()).as(set.err()).isZero();
        }
        assertThat(done("secret", "list", "creds").out()).contains("TOKEN", "a.test");
        assertThat(done("secret", "versions", "creds", "TOKEN", "--json").json())
                .hasSize(2);
        assertThat(done("secret", "rollback", "creds", "TOKEN", "1").out()).contains("version 3");
        done("secret", "disable", "creds", "TOKEN");
        done("secret", "enable", "creds", "TOKEN");
        done("secret", "hosts", "creds", "TOKEN", "b.test");
        done("secret", "locations", "creds", "TOKEN", "headers", "basic");
        assertThat(done("secret", "list", "creds").out()).contains("headers").doesNotContain("query");
        var stale = run("x", KEY, "secret", "set", "creds", "TOKEN", "--cas", "1");
        assertThat(stale.status()).isEqualTo(1);
        assertThat(stale.err()).contains("secret.version-mismatch").hasLineCount(1);

        var id = done("store", "show", "creds", "--json").json().path("id").asText();
        done("store", "update", "creds", "--name", "renamed", "--max-versions", "2");
        assertThat(done("store", "list").out()).contains("renamed");

        assertThat(done("key", "rotate").out()).contains("rotation: done");
        assertThat(done("key", "status").out()).contains("PRIMARY");

        var auditor =
                done("api-key", "issue", "ci", "--role", "auditor", "--json").json();
        var refused = run("", auditor.path("key").asText(), "store", "list");
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.err()).contains("forbidden").hasLineCount(1);
        done("api-key", "revoke", auditor.path("id").asText());
        assertThat(run("", auditor.path("key").asText(), "audit", "heads").err())
                .contains("unauthorized");

        assertThat(done("audit", "events", "--entity", "secret-store:" + id).out())
                .contains("store.created", "store.secret-set");
        assertThat(done("audit", "replay", "secret-store:" + id, "--at", "1").out())
                .contains("creds");
        assertThat(done("audit", "replay", id, "--diff", "1", "2").out()).contains("TOKEN");
        assertThat(done("audit", "who-could", "TOKEN", "--host", "b.test").out())
                .contains("SANDBOX");
        assertThat(done("audit", "verify").out()).contains("intact");

        done("store", "delete", "renamed", "--revoke");
        assertThat(done("audit", "certificate", id).out()).contains("Ed25519");
        assertThat(done("sandbox", "list").out()).contains("STATUS");
    }

    @Test
    void tellsWhichClientsInASandboxTrustTheAuthority() {
        var id = done("sandbox", "create", "--json").json().path("sandboxID").asText();

        var all = run("", KEY, "doctor", "tls", id);

        assertThat(all.status()).as(all.out() + all.err()).isZero();
        for (var client : List.of("curl", "wget", "git", "openssl s_client", "apt over https", "python urllib")) {
            assertThat(all.out()).containsPattern("(?m)^" + client + " +yes$");
        }
        assertThat(all.out()).containsPattern("(?m)^node fetch +- +not installed$");

        done("sandbox", "exec", id, "echo 'cacert = /etc/ssl/openssl.cnf' >~/.curlrc");
        var some = run("", KEY, "doctor", "tls", id);

        assertThat(some.status()).isEqualTo(1);
        assertThat(some.out()).containsPattern("(?m)^curl +no .*certificate").containsPattern("(?m)^wget +yes$");
        done("sandbox", "delete", id);
    }

    /** A shell and what it needs, in two layers of which the upper one deletes: as others would pack it. */
    private static final String PACK_AN_IMAGE = """
            set -eu
            cd "$1"; mkdir -p low/bin low/etc low/srv layout/blobs/sha256
            cp -L /bin/sh /bin/cat /usr/bin/id low/bin/
            for program in sh cat id; do ldd low/bin/$program | grep -o '/[^ ]*'; done | sort -u | while read library; do
                mkdir -p "low$(dirname $library)"; cp -L "$library" "low$library"
            done
            echo gone > low/srv/gone; echo low > low/srv/kept; ln -s kept low/srv/link
            mkdir -p high/srv; touch high/srv/.wh.gone; echo high > high/srv/new
            blob() { digest=$(sha256sum < "$1" | cut -c1-64); size=$(stat -c %s "$1"); cp "$1" layout/blobs/sha256/$digest; }
            layers= diffs=
            for layer in low high; do
                tar --create --numeric-owner --owner=0 --group=0 --directory=$layer --file=$layer.tar .
                diffs="$diffs,\\"sha256:$(sha256sum < $layer.tar | cut -c1-64)\\""
                gzip $layer.tar; blob $layer.tar.gz
                layers="$layers,{\\"mediaType\\":\\"application/vnd.oci.image.layer.v1.tar+gzip\\",\\"digest\\":\\"sha256:$digest\\",\\"size\\":$size}"
            done
            case $(uname -m) in x86_64) arch=amd64 ;; aarch64) arch=arm64 ;; esac
            echo "{\\"os\\":\\"linux\\",\\"architecture\\":\\"$arch\\",\\"config\\":{\\"Env\\":[\\"PATH=/bin\\",\\"WHOSE=theirs\\"],\\"WorkingDir\\":\\"/srv\\"},
                \\"rootfs\\":{\\"type\\":\\"layers\\",\\"diff_ids\\":[${diffs#,}]}}" > config; blob config
            echo "{\\"schemaVersion\\":2,\\"config\\":{\\"mediaType\\":\\"application/vnd.oci.image.config.v1+json\\",\\"digest\\":\\"sha256:$digest\\",\\"size\\":$size},
                \\"layers\\":[${layers#,}]}" > manifest; blob manifest
            echo '{"imageLayoutVersion":"1.0.0"}' > layout/oci-layout
            echo "{\\"schemaVersion\\":2,\\"manifests\\":[{\\"mediaType\\":\\"application/vnd.oci.image.manifest.v1+json\\",\\"digest\\":\\"sha256:$digest\\",\\"size\\":$size}]}" > layout/index.json
            tar --create --directory=layout --file=image.tar .
            tar --create --gzip --numeric-owner --owner=0 --group=0 --directory=low --file=rootfs.tar.gz .
            """;

    @Test
    void startsSandboxesFromImagesAndRootFileSystemsOfOthers() throws IOException, InterruptedException {
        var packing = Files.createDirectory(folder.resolve("packing"));
        var packed = new ProcessBuilder("sh", "-c", PACK_AN_IMAGE, "sh", packing.toString())
                .redirectErrorStream(true)
                .start();
        assertThat(new String(packed.getInputStream().readAllBytes(), UTF_8)).isEmpty();
        assertThat(packed.waitFor()).isZero();

        assertThat(done("snapshot", "import", "theirs", packing + "/image.tar", "--oci")
                        .out())
                .contains("theirs is ready");
        done("snapshot", "import", "plain", packing + "/rootfs.tar.gz", "--rootfs");

        assertThat(inside(
                        "theirs",
                        "id -u; id -un; echo $WHOSE $PATH; cat new kept link; cat gone || cat /etc/sealbox/sandbox"))
                .startsWith("1000\nsandbox\ntheirs /bin\nhigh\nlow\nlow\nSANDBOX_ID=sb-");
        assertThat(inside("plain", "cat /srv/gone; echo here > mine; cat /home/sandbox/mine"))
                .isEqualTo("gone\nhere\n");
        Files.writeString(packing.resolve("image.tar"), "no tar");
        assertThat(run("", KEY, "snapshot", "import", "other", packing + "/image.tar", "--oci")
                        .err())
                .contains("archive.malformed");
    }

    /** Also in a fork of what started from it. */
    private static String inside(String snapshot, String script) {
        try (var client = SealboxClient.builder()
                        .baseUrl(node.api().toString())
                        .apiKey(KEY)
                        .build();
                var sandbox = Sandbox.create(client, SandboxOptions.defaults().snapshot(snapshot))) {
            var checkpoint = sandbox.createCheckpoint("here").id();
            sandbox.awaitCheckpoint(checkpoint, Duration.ofSeconds(90));
            try (var fork = Sandbox.createFromCheckpoint(client, checkpoint, ForkOptions.defaults())) {
                var result = fork.commands().run(script);
                assertThat(result.exitCode()).as(result.stderr()).isZero();
                return result.stdout();
            }
        }
    }

    /** What the rules for Prometheus and the dashboard look at; some metrics begin with the first that they count. */
    @Test
    void tellsEveryMetricThatIsWatched() throws IOException, InterruptedException {
        done("store", "create", "watched");
        assertThat(run("v-0123456789\n", KEY, "secret", "set", "watched", "TOKEN")
                        .status())
                .isZero();
        var id = done("sandbox", "create", "--store", "watched", "--json")
                .json()
                .path("sandboxID")
                .asText();
        for (var token : List.of("$TOKEN", "osb_sealed_" + "0".repeat(32))) {
            done("sandbox", "exec", id, "curl -s -o /dev/null -H \"X-Key: " + token + "\" http://a.invalid/; true");
        }
        done("sandbox", "delete", id);
        assertThat(run("", "no key", "store", "list").status()).isEqualTo(1);

        var watched = new TreeSet<String>();
        var monitoring = Project.home().resolve("cluster-config/monitoring");
        for (var file : List.of("alerts.yaml", "dashboard.json")) {
            Pattern.compile("\\b(sealbox|jvm|process|system)_[a-z0-9_]+")
                    .matcher(Files.readString(monitoring.resolve(file)))
                    .results()
                    .forEach(name -> watched.add(name.group()));
        }
        assertThat(watched).hasSizeGreaterThan(10);
        // Some are looked at every few seconds only.
        var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
        try (var http = HttpClient.newHttpClient()) {
            while (System.nanoTime() < deadline && !metrics(http).containsAll(watched)) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
            }
            assertThat(metrics(http)).containsAll(watched);
        }
    }

    private static Set<String> metrics(HttpClient http) throws IOException, InterruptedException {
        return http.send(
                        HttpRequest.newBuilder(node.api().resolve("/metrics")).build(),
                        HttpResponse.BodyHandlers.ofString())
                .body()
                .lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.split("[ {]", 2)[0])
                .collect(Collectors.toSet());
    }

    @Test
    void refusesWhatMakesNoSense() {
        assertThat(run("", KEY, "doctor", "tls", "sb-0000000000000000").status())
                .isEqualTo(1);
        assertThat(run("", KEY, "store", "bogus").status()).isEqualTo(2);
        assertThat(run("", KEY, "store", "show", "nobody-has-this-name").status())
                .isEqualTo(1);
        assertThat(run("", "a-wrong-key", "store", "list").err())
                .contains("unauthorized")
                .hasLineCount(1);
    }
}
