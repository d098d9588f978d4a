package dev.sealbox.http;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class SecretsStayOutOfLogsTest {
    private static final String VALUE = "zq-plaintext-zq";

    /** Keeps every line with its stack trace. */
    private static final class Lines extends AppenderBase<ILoggingEvent> {
        private final List<String> lines = new CopyOnWriteArrayList<>();

        @Override
        protected void append(ILoggingEvent event) {
            var trace = Optional.ofNullable(event.getThrowableProxy())
                    .map(ThrowableProxyUtil::asString)
                    .orElse("");
            lines.add(event.getFormattedMessage() + trace);
        }
    }

    @Test
    void logsNoValueNorKeyWhateverGoesWrong() {
        var root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        var console = root.iteratorForAppenders().next();
        var level = root.getLevel();
        var lines = new Lines();
        lines.start();
        root.detachAppender(console);
        root.addAppender(lines);
        root.setLevel(Level.TRACE);
        try (var server = new TestServer("akka.log-dead-letters = on")) {
            exercise(server);
        } finally {
            root.setLevel(level);
            root.detachAppender(lines);
            root.addAppender(console);
        }

        assertThat(lines.lines).hasSizeGreaterThan(3).anyMatch(line -> line.contains("failed"));
        assertThat(lines.lines).noneMatch(line -> line.contains(VALUE) || line.contains(TestServer.KEY));
    }

    private static void exercise(TestServer server) {
        var store = "/api/secret-stores/"
                + server.send("POST", "/api/secret-stores", "{\"name\":\"s\"}")
                        .json()
                        .path("id")
                        .asText();
        var good = "{\"value\":\"" + VALUE + "\"}";
        server.send("PUT", store + "/secrets/A", good);
        server.send("PUT", store + "/secrets/A-", good);
        server.send("PUT", store + "/secrets/A", "{\"value\":\"" + VALUE);
        server.send("PUT", store + "/secrets/A", "{\"value\":[\"" + VALUE + "\"]}");
        server.send("PUT", store + "/secrets/A", "{\"value\":\"" + VALUE + "\\ud800\"}");
        server.send("PUT", store + "/secrets/A", "{\"value\":\"" + VALUE + "\",\"allowedHosts\":[\"/\"]}");
        server.send(
                "PUT",
                store + "/secrets/A",
                BodyPublishers.ofString(good),
                "X-API-Key",
                TestServer.KEY,
                "Content-Type",
                "x/y");
        server.stores.failure = Optional.of(new IllegalStateException("a step failed"));
        server.send("PUT", store + "/secrets/A", good);
        server.stores.failure = Optional.empty();
        try (var socket = server.socket()) {
            socket.getOutputStream()
                    .write(("PUT " + store + "/secrets/A HTTP/1.1\r\nHost: x\r\nX-API-Key: " + TestServer.KEY
                                    + "\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n" + good)
                            .getBytes(StandardCharsets.US_ASCII));
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
        server.send("GET", "/health");
    }
}
