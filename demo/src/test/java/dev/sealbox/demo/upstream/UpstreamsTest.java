package dev.sealbox.demo.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The upstreams by themselves, with curl and git as clients. */
class UpstreamsTest {
    private final TestAuthority authority = new TestAuthority();

    @TempDir
    Path folder;

    @Test
    void answersWithWhatItReceived() throws IOException, InterruptedException {
        try (var upstream = new TestUpstream(authority, List.of("api.example.test"))) {
            var answer = run(
                    "curl",
                    "-sS",
                    "--cacert",
                    trust(),
                    "--resolve",
                    "api.example.test:" + upstream.port() + ":127.0.0.1",
                    "-H",
                    "Authorization: Bearer abc",
                    "-d",
                    "{\"a\":1}",
                    "https://api.example.test:" + upstream.port() + "/x?y=1");

            assertThat(answer).contains("Bearer abc").contains("{\\\"a\\\":1}");
            assertThat(upstream.latest("/x?y=1")).hasValueSatisfying(received -> {
                assertThat(received.host()).isEqualTo("api.example.test");
                assertThat(received.header("Authorization")).isEqualTo("Bearer abc");
                assertThat(received.body()).isEqualTo("{\"a\":1}");
            });
        }
    }

    @Test
    void letsInOnlyWhoKnowsThePassword() throws IOException, InterruptedException {
        try (var git = new GitServer(authority, "localhost", Files.createDirectory(folder.resolve("server")))) {
            git.admit("right");
            var url = "https://x:%s@localhost:" + git.port() + "/repo.git";

            assertThat(clone(url.formatted("wrong"), "a")).contains("Authentication failed");
            assertThat(clone(url.formatted("right"), "b")).isEmpty();
            assertThat(git.passwords()).contains("wrong", "right");
            assertThat(folder.resolve("b/README.md")).exists();
        }
    }

    private String clone(String url, String into) throws IOException, InterruptedException {
        return run(
                "env",
                "GIT_TERMINAL_PROMPT=0",
                "GIT_CONFIG_GLOBAL=/dev/null",
                "GIT_SSL_CAINFO=" + trust(),
                "git",
                "clone",
                "-q",
                url,
                folder.resolve(into).toString());
    }

    private String trust() throws IOException {
        return Files.writeString(folder.resolve("ca.pem"), authority.pem()).toString();
    }

    private static String run(String... command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }
}
