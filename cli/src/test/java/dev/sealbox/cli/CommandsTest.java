package dev.sealbox.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.client.RecordingServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What commands ask and print, against a server that records. */
class CommandsTest {
    private static final String ID = "0b9f7a62-5a3e-4d0c-9f0e-2f3a1c7d9e10";
    private static final String STORE = "/api/secret-stores/" + ID;
    private static final String CHANGED = "{\"name\":\"A\",\"status\":\"set\",\"version\":\"3\",\"refreshed\":\"2\"}";

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Map<String, String> environment = new HashMap<>();
    private RecordingServer server;
    private String input = "";

    @TempDir
    private Path folder;

    CommandsTest() throws IOException {
        server = new RecordingServer();
    }

    @BeforeEach
    void start() {
        environment.put("SEALBOX_URL", server.url());
        environment.put("SEALBOX_API_KEY", "a-key");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private int run(String... arguments) {
        return Main.run(
                environment,
                new ByteArrayInputStream(input.getBytes(UTF_8)),
                new PrintStream(out, true, UTF_8),
                new PrintStream(err, true, UTF_8),
                arguments);
    }

    private String printed() {
        return out.toString(UTF_8);
    }

    private String complained() {
        return err.toString(UTF_8);
    }

    static Stream<Arguments> requests() {
        return Stream.of(
                asks(
                        "store create creds --allow a.test --allow b.test",
                        "POST /api/secret-stores {\"name\":\"creds\",\"egressAllowlist\":[\"a.test\",\"b.test\"]}"),
                asks("store show " + ID, "GET " + STORE),
                asks(
                        "store update " + ID + " --name x --max-versions 3",
                        "PUT " + STORE + " {\"name\":\"x\",\"maxVersions\":3}"),
                asks(
                        "store update " + ID + " --deny evil.test --unusable-tokens refuse",
                        "PUT " + STORE + " {\"egressDenylist\":[\"evil.test\"],\"unusableTokens\":\"refuse\"}"),
                asks("store update " + ID + " --deny-none", "PUT " + STORE + " {\"egressDenylist\":[]}"),
                asks("store update " + ID + " --allow-all", "PUT " + STORE + " {\"egressAllowlist\":[]}"),
                asks("store delete " + ID, "DELETE " + STORE),
                asks("store delete --revoke " + ID, "DELETE " + STORE + "?revoke=true"),
                asks("secret list " + ID, "GET " + STORE + "/secrets"),
                asks("store secret list " + ID, "GET " + STORE + "/secrets"),
                asks("secret delete " + ID + " A", "DELETE " + STORE + "/secrets/A"),
                asks(
                        "secret hosts " + ID + " A a.test",
                        "PATCH " + STORE + "/secrets/A {\"allowedHosts\":[\"a.test\"]}"),
                asks("secret versions " + ID + " A", "GET " + STORE + "/secrets/A/versions"),
                asks("secret rollback " + ID + " A 2", "POST " + STORE + "/secrets/A/rollback {\"version\":2}"),
                asks("secret disable " + ID + " A", "POST " + STORE + "/secrets/A/disable {}"),
                asks("secret enable " + ID + " A --version 2", "POST " + STORE + "/secrets/A/versions/2/enable {}"),
                asks("secret destroy " + ID + " A 2", "POST " + STORE + "/secrets/A/versions/2/destroy {}"),
                asks("sandbox list", "GET /api/sandboxes"),
                asks(
                        "sandbox create --store creds --env A=b --timeout 5",
                        "POST /api/sandboxes {\"secretStore\":\"creds\",\"timeout\":5,\"envs\":{\"A\":\"b\"}}"),
                asks("sandbox delete sb-1", "DELETE /api/sandboxes/sb-1"),
                asks("sandbox hibernate sb-1", "POST /api/sandboxes/sb-1/hibernate {}"),
                asks("sandbox wake sb-1 --timeout 60", "POST /api/sandboxes/sb-1/wake {\"timeout\":60}"),
                asks("sandbox reboot sb-1", "POST /api/sandboxes/sb-1/reboot {}"),
                asks("sandbox set-timeout sb-1 60", "POST /api/sandboxes/sb-1/timeout {\"timeout\":60}"),
                asks(
                        "sandbox list --status running,error --tag a=b --tag c=d",
                        "GET /api/sandboxes?status=running%2Cerror&tag=a%3Db&tag=c%3Dd"),
                asks("sandbox previews sb-1", "GET /api/sandboxes/sb-1/preview"),
                asks("sandbox expose sb-1 3000", "POST /api/sandboxes/sb-1/preview {\"port\":3000}"),
                asks("sandbox close-port sb-1 3000", "DELETE /api/sandboxes/sb-1/preview/3000"),
                asks("sandbox rotate-preview-token sb-1", "POST /api/sandboxes/sb-1/preview/rotate {}"),
                asks("host list", "GET /api/hosts"),
                asks("host drain h --no-wait", "POST /api/hosts/h/drain {}"),
                asks("host undrain h", "POST /api/hosts/h/undrain {}"),
                asks("key status", "GET /api/master-keys"),
                asks("key rotate", "POST /api/master-keys/rotate {}"),
                asks("key rotate --retire", "POST /api/master-keys/rotate {\"retire\":true}"),
                asks("api-key list", "GET /api/api-keys"),
                asks(
                        "api-key issue ci --role agent-launcher --store creds --expires 2030-01-31T12:00:00Z",
                        "POST /api/api-keys {\"name\":\"ci\",\"role\":\"agent-launcher\",\"stores\":[\"creds\"],\"expiresAt\":\"2030-01-31T12:00:00Z\"}"),
                asks("api-key revoke key-1", "DELETE /api/api-keys/key-1"),
                asks(
                        "audit events --entity sb-1 --kind store.created --limit 10",
                        "GET /api/audit/events?entity=sb-1&kind=store.created&limit=10"),
                asks(
                        "audit replay secret-store:" + ID + " --at 7",
                        "GET /api/audit/replay/secret-store%3A" + ID + "?at=7"),
                asks(
                        "audit replay " + ID + " --diff 1 2030-01-01T00:00:00+01:00",
                        "GET /api/audit/replay/" + ID + "?from=1&to=2030-01-01T00%3A00%3A00%2B01%3A00"),
                asks("audit who-could A --host a.test", "GET /api/audit/who-could?name=A&host=a.test"),
                asks(
                        "audit uses --sandbox sb-1 --secret A --host *.a.test --decision used --after 7 --limit 10",
                        "GET /api/audit/uses?sandbox=sb-1&secret=A&host=*.a.test&decision=used&after=7&limit=10"),
                asks("audit heads", "GET /api/audit/heads"),
                asks("audit certificate " + ID, "GET " + STORE + "/destruction-certificate"),
                asks("audit certificate " + ID + " A", "GET " + STORE + "/secrets/A/destruction-certificate"));
    }

    private static Arguments asks(String command, String request) {
        return Arguments.of(command, request);
    }

    @ParameterizedTest
    @MethodSource("requests")
    void asksWhatTheCommandMeans(String command, String request) {
        server.reply(200, "{\"name\":\"A\"}");

        assertThat(run(command.split(" "))).as(complained()).isZero();

        var asked = server.last();
        assertThat((asked.method() + " " + asked.target() + " " + asked.body()).strip())
                .isEqualTo(request);
        assertThat(asked.key()).contains("a-key");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "store",
                "store create",
                "store bogus",
                "store update x",
                "store update x --allow-all --allow a.test",
                "secret set s A the-value",
                "secret rollback s A two",
                "api-key issue x",
                "audit replay x",
                "audit replay x --at 1 --diff 1 2",
                "audit replay x --diff 1",
                "audit events --follow --limit 3",
                "audit uses --follow --limit 3",
                "audit uses A",
                "sandbox exec sb-1"
            })
    void refusesACommandLineThatMakesNoSense(String command) {
        assertThat(run(command.isEmpty() ? new String[0] : command.split(" "))).isEqualTo(2);
        assertThat(server.all()).isEmpty();
        assertThat(complained()).isNotBlank();
    }

    /** Each {@code ./sealbox GROUP COMMAND …} that a reader may copy. */
    private static List<String> documented() throws IOException {
        var project = Path.of("..");
        try (var documents = Files.walk(project.resolve("docs"))) {
            var texts = new StringBuilder(Files.readString(project.resolve("README.md")));
            for (var document :
                    documents.filter(each -> each.toString().endsWith(".md")).toList()) {
                texts.append(Files.readString(document));
            }
            return Pattern.compile(
                            "\\./sealbox ((?:store|secret|sandbox|snapshot|host|key|api-key|audit|doctor) [^`#|&<\\n]+)")
                    .matcher(texts)
                    .results()
                    .map(line -> line.group(1).strip().replace("'", ""))
                    .distinct()
                    .toList();
        }
    }

    @Test
    void understandsWhatTheDocumentsSay() throws IOException {
        var commands = documented();
        assertThat(commands).hasSizeGreaterThan(20);
        for (var command : commands) {
            var words = command.split(" +");
            try {
                Main.read(words);
            } catch (CommandLine.MissingParameterException e) {
                // A sentence may name a command alone.
                assertThat(words).as(e.getMessage()).hasSize(2);
            }
        }
    }

    @Test
    void printsAlignedColumnsAndFindsAStoreByItsName() {
        var stores = "[{\"name\":\"a\",\"id\":\"" + ID
                + "\",\"egressAllowlist\":[\"x.test\",\"y.test\"],\"maxVersions\":10,\"updatedAt\":\"2026-11-23T12:34:56Z\"},"
                + "{\"name\":\"longer\",\"id\":\"2\",\"egressAllowlist\":[]}]";
        server.reply(200, stores).reply(200, stores).reply(200, "[]");

        assertThat(run("store", "list")).isZero();
        assertThat(printed())
                .isEqualTo("NAME    ID                                    ALLOWLIST      VERSIONS KEPT  UPDATED\n"
                        + "a       " + ID + "  x.test y.test  10             2026-11-23T12:34:56Z\n"
                        + "longer  2                                     -              -              -\n");
        assertThat(run("secret", "list", "a")).isZero();
        assertThat(server.last().target()).isEqualTo(STORE + "/secrets");
    }

    @Test
    void readsAValueFromStandardInputOrAFileAndNeverPrintsIt() throws IOException {
        server.reply(200, CHANGED).reply(200, CHANGED);
        input = "s3cret value\n";
        assertThat(run("secret", "set", ID, "A", "--host", "a.test", "--cas", "2"))
                .isZero();
        assertThat(server.last().body())
                .isEqualTo("{\"value\":\"s3cret value\",\"allowedHosts\":[\"a.test\"],\"cas\":2}");

        var file = Files.writeString(folder.resolve("pem"), "-----BEGIN\nx\n");
        assertThat(run("secret", "set", ID, "A", "--file", file.toString())).isZero();
        assertThat(server.last().body()).contains("-----BEGIN\\nx\\n");

        assertThat(printed())
                .contains("A set, version 3, taken by 2 running sandboxes")
                .doesNotContain("s3cret");
    }

    @Test
    void tellsARefusalInOneLineAndExitsWithOne() {
        server.reply(409, "{\"error\":\"a secret store with this name exists: creds\",\"code\":\"store.name-taken\"}");

        assertThat(run("store", "create", "creds")).isEqualTo(1);
        assertThat(complained()).isEqualTo("sealbox: a secret store with this name exists: creds (store.name-taken)\n");
        assertThat(printed()).isEmpty();
    }

    @Test
    void saysWhatIsMissingToAskAtAll() {
        environment.remove("SEALBOX_API_KEY");
        assertThat(run("store", "list")).isEqualTo(1);
        assertThat(complained()).contains("no API key");

        environment.put("SEALBOX_API_KEY", "a\nkey");
        assertThat(run("store", "list")).isEqualTo(1);
        assertThat(run("store", "list", "--url", "nowhere")).isEqualTo(1);
        assertThat(run("store", "list", "--api-key-file", folder.resolve("none").toString()))
                .isEqualTo(1);
        assertThat(complained().lines()).hasSize(4);
        assertThat(server.all()).isEmpty();
    }

    @Test
    void takesTheKeyFromAFile() throws IOException {
        server.reply(200, "[]");
        environment.remove("SEALBOX_API_KEY");
        environment.put(
                "SEALBOX_API_KEY_FILE",
                Files.writeString(folder.resolve("key"), "from-a-file\n").toString());

        assertThat(run("sandbox", "list")).isZero();
        assertThat(server.last().key()).contains("from-a-file");
    }

    @Test
    void letsNothingOfTheServerCommandTheTerminal() {
        var hostile = "\\u001b]0;x\\u0007\\u009b31m\\u202e\\u2066\\r\\n\\u007f";
        server.reply(200, "[{\"name\":\"" + hostile + "\",\"status\":\"" + hostile + "\"}]")
                .reply(400, "{\"error\":\"" + hostile + "\",\"code\":\"" + hostile + "\"}")
                .reply(200, "[{\"name\":\"" + hostile + "\"}]")
                .reply(200, "{\"sandboxID\":\"sb-1\",\"status\":\"running\"}")
                .reply(200, "{\"exitCode\":0,\"stdout\":\"a\\tb\\n" + hostile + "\",\"stderr\":\"" + hostile + "\"}");

        run("api-key", "list");
        run("api-key", "list");
        run("api-key", "list", "--json");
        run("sandbox", "exec", "sb-1", "true");

        assertThat(printed() + complained()).contains("\\x1b]0;x\\x07\\x9b31m\\u202e\\u2066", "a\tb\n");
        assertThat((printed() + complained()).chars().filter(c -> c != '\n' && c != '\t'))
                .allMatch(c -> c >= ' ' && c < 0x7f);
    }

    @Test
    void exitsAsTheCommandInTheSandboxDoes() {
        server.reply(200, "{\"sandboxID\":\"sb-1\",\"status\":\"running\"}")
                .reply(200, "{\"exitCode\":7,\"stdout\":\"out\\n\",\"stderr\":\"err\\n\"}");

        assertThat(run("sandbox", "exec", "sb-1", "--", "echo", "it's", "--json"))
                .isEqualTo(7);

        assertThat(server.last().body()).contains("'echo' 'it'\\\\''s' '--json'");
        assertThat(printed()).isEqualTo("out\n");
        assertThat(complained()).isEqualTo("err\n");
    }

    @Test
    void showsTheProgressOfARotation() {
        var running = "{\"keys\":[],\"rotation\":{\"state\":\"running\",\"done\":1,\"total\":2}}";
        var done = "{\"keys\":[{\"id\":5,\"primary\":true,\"state\":\"enabled\",\"dataKeys\":2}],"
                + "\"rotation\":{\"state\":\"done\",\"done\":2,\"total\":2}}";
        server.reply(202, running).reply(200, done);

        assertThat(run("key", "rotate")).isZero();

        assertThat(printed()).contains("1 of 2 keys are wrapped anew", "KEY  PRIMARY", "rotation: done, 2 of 2");
    }

    @Test
    void tellsBrokenFromIntactByItsExitStatus() {
        server.reply(200, "{\"intact\":true,\"events\":5,\"entities\":2,\"heads\":1}")
                .reply(
                        200,
                        "{\"intact\":false,\"events\":5,\"findings\":[{\"kind\":\"removed\",\"entity\":\"x\",\"sequence\":3}]}")
                .reply(200, "{\"error\":\"busy\"}");

        assertThat(run("audit", "verify")).isZero();
        assertThat(run("audit", "verify")).isEqualTo(1);
        assertThat(run("audit", "verify")).isEqualTo(1);

        assertThat(printed()).contains("intact: 5 events of 2 entities", "NOT intact", "removed", "x");
    }

    @Test
    void printsEventsAsTheyCome() {
        server.reply(200, "{\"offset\":1,\"kind\":\"store.created\",\"data\":{\"name\":\"a\"}}\n{\"offset\":2}\n")
                .reply(200, ": hello\n\nid: 3\ndata: {\"offset\":3,\"kind\":\"x\"}\n\n");

        assertThat(run("audit", "events")).isZero();
        assertThat(run("audit", "events", "--follow", "--json")).isZero();

        assertThat(printed().lines())
                .containsExactly(
                        "1  -  -  -  store.created  -  -  {\"name\":\"a\"}",
                        "2  -  -  -  -  -  -  -",
                        "{\"offset\":3,\"kind\":\"x\"}");
    }

    @Test
    void describesItself() {
        assertThat(run("--help")).isZero();
        assertThat(run("secret", "set", "--help")).isZero();

        assertThat(printed()).contains("store", "audit", "SEALBOX_API_KEY", "standard input", "--cas");
    }
}
