package dev.sealbox.demo.story;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.demo.node.Project;
import dev.sealbox.demo.upstream.TestAuthority;
import dev.sealbox.demo.upstream.TestUpstream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./sealbox proxy}: the real process, curl as its client, a TLS upstream behind it. */
class ProxyAloneIT {
    private static final String TOKEN = "osb_sealed_0123456789abcdef0123456789abcdef";
    private static final String VALUE = "value-" + UUID.randomUUID();
    private static final String ROTATED = "rotated-" + UUID.randomUUID();
    private static final String NAMED = "named-" + UUID.randomUUID();

    @TempDir
    private Path folder;

    /** What a program said, and how it ended. */
    private record Ended(int status, String out, String err) {}

    private Process proxy(String overrides, String... further) throws IOException {
        var command = new ArrayList<>(List.of(
                Project.home().resolve("sealbox").toString(),
                "proxy",
                "--listen",
                "127.0.0.1:0",
                "--secrets",
                folder.resolve("secrets").toString(),
                "--ca-out",
                folder.resolve("ca.pem").toString()));
        command.addAll(List.of(further));
        var builder = new ProcessBuilder(command);
        builder.environment().put("SEALBOX_NO_BUILD", "1");
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("SEALBOX_UPSTREAM_OVERRIDES", overrides);
        builder.environment()
                .put("SEALBOX_UPSTREAM_CA_FILE", folder.resolve("upstreams.pem").toString());
        return builder.redirectError(folder.resolve("err").toFile()).start();
    }

    private Ended curl(String proxy, String... words) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(
                "curl",
                "-sS",
                "-m",
                "60",
                "-x",
                proxy,
                "--cacert",
                folder.resolve("ca.pem").toString()));
        command.addAll(List.of(words));
        var err = folder.resolve("curl");
        var process = new ProcessBuilder(command).redirectError(err.toFile()).start();
        var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(90, TimeUnit.SECONDS)).isTrue();
        return new Ended(process.exitValue(), out, Files.readString(err));
    }

    @Test
    void substitutesForClientsOfThisMachine() throws IOException, InterruptedException {
        Files.writeString(
                folder.resolve("secrets"), TOKEN + " " + VALUE + "\nGIT_TOKEN@" + Hosts.GIT + " " + NAMED + "\n");
        var authority = new TestAuthority();
        Files.writeString(folder.resolve("upstreams.pem"), authority.pem());
        try (var upstream = new TestUpstream(authority, Hosts.ECHOING)) {
            var process =
                    proxy(Hosts.overrides(upstream.port(), upstream.port()), "--allow", Hosts.API + "," + Hosts.GIT);
            try (var lines =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                var told = lines.readLine();
                assertThat(told).as(Files.readString(folder.resolve("err"))).startsWith("GIT_TOKEN=osb_sealed_");
                var named = told.substring("GIT_TOKEN=".length());
                var ready = lines.readLine();
                assertThat(ready).startsWith("ready http://127.0.0.1:");
                var proxy = ready.substring("ready ".length());

                var answer =
                        curl(proxy, "https://" + Hosts.API + "/both", "-H", "X-A: " + TOKEN, "-H", "X-B: " + named);
                assertThat(answer.status()).as(answer.err()).isZero();
                assertThat(answer.out()).contains(TOKEN).doesNotContain(VALUE).doesNotContain(NAMED);
                var received = upstream.latest("/both").orElseThrow();
                assertThat(received.header("x-a")).isEqualTo(VALUE);
                assertThat(received.header("x-b")).isEqualTo(named);

                rotates(proxy, lines, upstream);

                var refused = curl(proxy, "https://" + Hosts.LOGS + "/", "-o", "/dev/null", "-w", "%{http_connect}");
                assertThat(refused.out()).isEqualTo("403");
                assertThat(upstream.latest("/")).isEmpty();
            } finally {
                process.destroy();
                assertThat(process.waitFor(90, TimeUnit.SECONDS)).isTrue();
            }
            assertThat(process.exitValue()).isZero();
            assertThat(Files.readString(folder.resolve("err")))
                    .doesNotContain(VALUE)
                    .doesNotContain(ROTATED)
                    .doesNotContain(NAMED);
        }
    }

    /** A new file is taken as it is, tokens stay; one that is wrong changes nothing. */
    private void rotates(String proxy, BufferedReader lines, TestUpstream upstream)
            throws IOException, InterruptedException {
        var next = folder.resolve("next");
        Files.writeString(next, TOKEN + " " + ROTATED + "\n");
        Files.move(next, folder.resolve("secrets"), StandardCopyOption.REPLACE_EXISTING);
        assertThat(lines.readLine()).isEqualTo("reloaded 1 secrets");

        Files.writeString(folder.resolve("secrets"), "PATH " + VALUE + "\n");
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
        while (!Files.readString(folder.resolve("err")).contains("stay as they were")) {
            assertThat(System.nanoTime()).as("told of the wrong file").isLessThan(deadline);
            LockSupport.parkNanos(10_000_000);
        }
        var answer = curl(proxy, "https://" + Hosts.API + "/rotated", "-H", "X-A: " + TOKEN);
        assertThat(answer.status()).as(answer.err()).isZero();
        assertThat(upstream.latest("/rotated").orElseThrow().header("x-a")).isEqualTo(ROTATED);
    }

    @Test
    void saysInOneLineWhatIsWrongWithItsFile() throws IOException, InterruptedException {
        Files.writeString(folder.resolve("secrets"), "PATH " + VALUE + "\n");
        Files.writeString(folder.resolve("upstreams.pem"), new TestAuthority().pem());
        var process = proxy("");
        assertThat(process.waitFor(90, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(1);
        assertThat(Files.readString(folder.resolve("err")))
                .contains("line 1")
                .contains("reserved")
                .doesNotContain(VALUE)
                .hasLineCount(1);
    }
}
