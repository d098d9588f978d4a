package dev.sealbox.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.proxy.tls.TestCertificates;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How hostile code has a value sent to whom it is not for; each test is named after what becomes of it. */
class WrongPlaceTest {
    private static final String API = "api.example.com";
    private static final String OTHER = "other.example.com";
    private static final String VALUE = "the-real-value";
    private static final int HANDSHAKE = 0x16;
    private static final int ALERT = 0x15;

    private static final TestProxy.Builder SET = new TestProxy.Builder();
    private static final TestUpstream UPSTREAM = SET.secure(API, WrongPlaceTest::ok);
    private static final TestUpstream ANOTHER = SET.secure(OTHER, WrongPlaceTest::ok);
    private static final TestUpstream EVIL = SET.secure("evil.example", WrongPlaceTest::ok);
    private static final TestProxy PROXY = SET.start();
    private static final TestPolicy POLICY = PROXY.policy().allow(API, OTHER);
    private static final String TOKEN = POLICY.secret("API_KEY", VALUE, API).value();

    private static boolean ok(Http.Message request, OutputStream out) throws IOException {
        TestUpstream.respond(out, 200, "", "ok");
        return true;
    }

    @BeforeAll
    static void admit() {
        PROXY.admit(TestProxy.SANDBOX, POLICY);
        // Another sandbox, for which every host is allowed, and these addresses by name.
        var wide = PROXY.policy()
                .allow("*", "169.254.169.254", "fd00:ec2::254", "100.100.100.200", "127.0.0.1", "::1", "10.0.0.1");
        wide.secret("API_KEY", VALUE);
        PROXY.admit("127.0.0.3", wide);
    }

    @AfterAll
    static void stop() {
        PROXY.close();
    }

    @BeforeEach
    void forget() {
        UPSTREAM.requests.clear();
        ANOTHER.requests.clear();
    }

    @ParameterizedTest
    @CsvSource({
        "api.example.com, api.example.com, api.example.com, 200",
        "api.example.com, api.example.com, other.example.com, 421",
        "api.example.com, other.example.com, api.example.com, 421",
        "api.example.com, other.example.com, other.example.com, 421",
        "other.example.com, api.example.com, api.example.com, 421",
        "other.example.com, other.example.com, api.example.com, 421",
        "api.example.com, evil.example, api.example.com, 421",
        "api.example.com, evil.example, evil.example, 421",
        "api.example.com, api.example.com, evil.example, 421",
        "api.example.com, api.example.com, api.example.com:8443, 403",
        "api.example.com, api.example.com, api.example.com:80, 403",
        "api.example.com, api.example.com, user@api.example.com, 400",
        "api.example.com, api.example.com, api.example.com@evil.example, 400",
        "api.example.com, api.example.com, 'api.example.com, evil.example', 400",
        "api.example.com, api.example.com, api.example.com/evil, 400",
        "api.example.com, api.example.com, api.example.com#evil, 400",
        "api.example.com, api.example.com, api.example.com\\.evil, 400",
        "api.example.com, api.example.com, api.example.com%00.evil, 400",
        "api.example.com, api.example.com, 'api.example.com evil', 400",
        "api.example.com, api.example.com, '', 400",
        "api.example.com, api.example.com, API.Example.COM., 200",
    })
    void tunnelServerNameAndHostMustAgree(String tunnel, String serverName, String host, int status)
            throws IOException {
        try (var client = PROXY.tunnel(TestProxy.SANDBOX, tunnel, serverName)) {
            assertThat(client.get(host, "/", "Authorization: " + TOKEN).status())
                    .isEqualTo(status);
        }
        if (status == 200) {
            assertThat(UPSTREAM.last().field("Authorization")).hasValue(VALUE);
            assertThat(UPSTREAM.last().field("Host")).hasValue(API);
        } else {
            assertThat(UPSTREAM.requests).isEmpty();
        }
        assertThat(ANOTHER.requests).isEmpty();
        assertThat(EVIL.connections()).isZero();
    }

    @Test
    void withoutAServerNameNothingIsReplacedAndNoOtherHostIsReached() throws IOException {
        var raw = PROXY.connect(TestProxy.SANDBOX, PROXY.proxy.ports().proxy());
        raw.getOutputStream().write(Http.latin1("CONNECT " + API + ":443 HTTP/1.1\r\nHost: " + API + "\r\n\r\n"));
        assertThat(Http.head(raw.getInputStream()).status()).isEqualTo(200);
        var context = TestCertificates.client(PROXY.anchor("default"));
        var nameless = (SSLSocket) context.getSocketFactory().createSocket(raw, null, raw.getPort(), true);
        try (var client = new TestClient(nameless)) {
            assertThat(client.get(OTHER, "/", "Authorization: " + TOKEN).status())
                    .isEqualTo(421);
            assertThat(client.get(API, "/?" + TOKEN, "Authorization: " + TOKEN).status())
                    .isEqualTo(200);
        }
        assertThat(ANOTHER.requests).isEmpty();
        assertThat(UPSTREAM.last().target()).isEqualTo("/?" + TOKEN);
        assertThat(UPSTREAM.last().field("Authorization")).hasValue(TOKEN);
        Eventually.holds(() -> PROXY.ledger.records.stream()
                .anyMatch(record -> record.rule().equals("secret.not-without-server-name")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://other.example.com/",
                "https://evil.example/",
                "http://evil.example/",
                "http://api.example.com/",
                "https://api.example.com@evil.example/",
                "https://evil.example#@api.example.com/",
                "evil.example:443",
                "@evil.example/",
            })
    void aTargetThatNamesAHostInsideATunnelIsRefused(String target) throws IOException {
        try (var client = PROXY.tunnel(TestProxy.SANDBOX, API)) {
            assertThat(client.get(API, target, "Authorization: " + TOKEN).status())
                    .isEqualTo(400);
        }
        assertThat(UPSTREAM.requests).isEmpty();
        assertThat(EVIL.connections()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"//evil.example/", "/..//evil.example/", "/@evil.example", "/%2e%2e/evil", "/a;b/../c"})
    void aPathThatLooksLikeAHostStaysAPathOfTheTunnelsHost(String target) throws IOException {
        try (var client = PROXY.tunnel(TestProxy.SANDBOX, API)) {
            assertThat(client.get(API, target).status()).isEqualTo(200);
        }
        assertThat(UPSTREAM.last().target()).isEqualTo(target);
        assertThat(EVIL.connections()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "api.example.com@evil.example",
                "evil.example@api.example.com",
                "evil.example#@api.example.com",
                "evil.example\\@api.example.com",
                "evil.example/api.example.com",
                "evil.example?api.example.com",
                "api.example.com%2eevil.example",
                "api.example.com%00.evil.example",
                "api.example.com\u0000.evil.example",
                "api.example.com\t.evil.example",
                "api..example.com",
                "api.example.com..",
                ".api.example.com",
                "[api.example.com]",
                "api.ex\u00adample.com",
                "\u00aapi.example.com",
                "api\u00b7example.com",
                "api.ex\u00e2\u0080\u008dample.com",
                "api\u00e3\u0080\u0082example.com",
                "api\u00ef\u00bc\u008eexample.com",
                "\u00ef\u00bd\u0081pi.example.com",
            })
    void aHostThatIsSpelledToDeceiveIsRefused(String host) throws IOException {
        for (var ip : new String[] {TestProxy.SANDBOX, "127.0.0.3"}) {
            try (var client = PROXY.explicit(ip)) {
                client.send("CONNECT " + host + ":443 HTTP/1.1\r\nHost: " + API + ":443\r\n\r\n");
                assertThat(client.receive().status()).isEqualTo(400);
            }
            try (var client = PROXY.explicit(ip)) {
                client.send("GET http://" + host + "/ HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
                assertThat(client.receive().status()).isIn(400, 403);
            }
        }
        try (var client = PROXY.tunnel(TestProxy.SANDBOX, API)) {
            assertThat(client.get(host, "/", "Authorization: " + TOKEN).status())
                    .isEqualTo(400);
        }
        assertThat(UPSTREAM.requests).isEmpty();
        assertThat(EVIL.connections()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "169.254.169.254",
                "[fd00:ec2::254]",
                "192.0.0.192",
                "100.100.100.200",
                "[::ffff:169.254.169.254]",
                "[::ffff:a9fe:a9fe]",
                "[64:ff9b::a9fe:a9fe]",
                "[64:ff9b:1::a9fe:a9fe]",
                "[2002:a9fe:a9fe::1]",
                "[::169.254.169.254]",
                "168.63.129.16",
                "0.0.0.0",
                "[::]",
                "[::1]",
                "127.0.0.1",
                "10.0.0.1",
                "100.64.0.1",
                "198.18.0.1",
                "240.0.0.1",
                "224.0.0.1",
                "255.255.255.255",
                "[fe80::1]",
                "[ff02::1]",
            })
    void aSpecialAddressIsDeniedAlsoWhereEveryHostIsAllowedAndItself(String address) throws IOException {
        try (var client = PROXY.explicit("127.0.0.3")) {
            client.send("CONNECT " + address + ":443 HTTP/1.1\r\nHost: " + address + ":443\r\n\r\n");
            assertAddressRefused(client.receive());
            assertAddressRefused(client.get(address, "http://" + address + "/latest/meta-data/"));
        }
        try (var client =
                new TestClient(PROXY.connect("127.0.0.3", PROXY.proxy.ports().http()))) {
            assertAddressRefused(client.get(address, "/latest/meta-data/"));
        }
    }

    private static void assertAddressRefused(Http.Message refusal) {
        assertThat(refusal.status()).isEqualTo(403);
        assertThat(refusal.field("x-sealbox-decision")).hasValue("egress.address-not-allowed");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2852039166",
                "0xa9fea9fe",
                "0251.0376.0251.0376",
                "169.254.43518",
                "169.16689662",
                "0xa9.0xfe.0xa9.0xfe",
                "169.254.169.254.5",
                "[fe80::1%eth0]",
                "[fe80::1%25eth0]",
                "[v1.a]",
                "::1",
            })
    void anAddressInAnotherSpellingIsNone(String address) throws IOException {
        try (var client = PROXY.explicit("127.0.0.3")) {
            client.send("CONNECT " + address + ":443 HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(client.receive().status()).isEqualTo(400);
        }
    }

    @Test
    void aHelloIsAnsweredWhereItNamesOneProperHost() throws IOException {
        assertThat(answerTo(hello(new byte[0], API))).isEqualTo(HANDSHAKE);
    }

    @Test
    void aHelloThatNamesTwoHostsIsRefused() throws IOException {
        assertThat(answerTo(hello(extension(0, names("evil.example")), API))).isEqualTo(ALERT);
        assertThat(answerTo(hello(new byte[0], API, "evil.example"))).isEqualTo(ALERT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "api.example.com\u0000.evil.example",
                "api.ex\u00adample.com",
                "api example.com",
                "*",
                "a:443"
            })
    void aHelloWithANameThatIsNoneIsRefused(String name) throws IOException {
        assertThat(answerTo(hello(new byte[0], name))).isEqualTo(ALERT);
    }

    @Test
    void aNameFarBehindInTheHelloCountsAsAnyOther() throws IOException {
        assertThat(answerTo(hello(extension(21, new byte[3000]), API))).isEqualTo(HANDSHAKE);
    }

    /** What is encrypted is not for this server; a client that means another host than it names learns so. */
    @Test
    void ofAnEncryptedHelloTheOuterNameCounts() throws IOException {
        assertThat(answerTo(hello(extension(0xfe0d, new byte[200]), API))).isIn(HANDSHAKE, ALERT);
        try (var client = PROXY.tunnel(TestProxy.SANDBOX, API, "evil.example")) {
            assertThat(client.get("evil.example", "/", "Authorization: " + TOKEN)
                            .status())
                    .isEqualTo(421);
        }
        assertThat(EVIL.connections()).isZero();
    }

    @Test
    void theAuthorityOfAnotherOrganisationIsNotShown() throws IOException {
        PROXY.admit("127.0.0.4", PROXY.policy().of("neighbours").allow(API));
        var raw = PROXY.connect("127.0.0.4", PROXY.proxy.ports().tls());
        assertThatThrownBy(() -> PROXY.secured(raw, API, "default")).isInstanceOf(SSLException.class);
        try (var client =
                PROXY.secured(PROXY.connect("127.0.0.4", PROXY.proxy.ports().tls()), API, "neighbours")) {
            assertThat(client.get(API, "/").status()).isEqualTo(200);
        }
    }

    /** The type of the first record that the proxy sends back. */
    private static int answerTo(byte[] hello) throws IOException {
        try (var client = new TestClient(
                PROXY.connect(TestProxy.SANDBOX, PROXY.proxy.ports().tls()))) {
            return client.send(hello).in.read();
        }
    }

    /** A ClientHello with these names, and another extension before them. */
    private static byte[] hello(byte[] before, String... names) {
        var extensions = new ByteArrayOutputStream();
        extensions.writeBytes(before);
        extensions.writeBytes(extension(0, names(names)));
        extensions.writeBytes(extension(10, new byte[] {0, 2, 0, 0x17}));
        extensions.writeBytes(extension(11, new byte[] {1, 0}));
        extensions.writeBytes(extension(13, new byte[] {0, 2, 4, 3}));
        var body = new ByteArrayOutputStream();
        body.writeBytes(new byte[] {3, 3});
        body.writeBytes(new byte[32]);
        body.write(0);
        body.writeBytes(new byte[] {0, 2, (byte) 0xc0, 0x2b, 1, 0});
        body.writeBytes(sized(extensions.toByteArray()));
        var message = new ByteArrayOutputStream();
        message.writeBytes(new byte[] {1, 0});
        message.writeBytes(sized(body.toByteArray()));
        var record = new ByteArrayOutputStream();
        record.writeBytes(new byte[] {HANDSHAKE, 3, 1});
        record.writeBytes(sized(message.toByteArray()));
        return record.toByteArray();
    }

    private static byte[] names(String... names) {
        var list = new ByteArrayOutputStream();
        for (var name : names) {
            list.write(0);
            list.writeBytes(sized(name.getBytes(StandardCharsets.ISO_8859_1)));
        }
        return sized(list.toByteArray());
    }

    private static byte[] extension(int type, byte[] content) {
        var extension = new ByteArrayOutputStream();
        extension.writeBytes(new byte[] {(byte) (type >> 8), (byte) type});
        extension.writeBytes(sized(content));
        return extension.toByteArray();
    }

    /** With its length in two bytes before it. */
    private static byte[] sized(byte[] content) {
        var sized = new ByteArrayOutputStream();
        sized.writeBytes(new byte[] {(byte) (content.length >> 8), (byte) content.length});
        sized.writeBytes(content);
        return sized.toByteArray();
    }
}
