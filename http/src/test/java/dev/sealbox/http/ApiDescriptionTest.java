package dev.sealbox.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What {@code /openapi.yaml} says is what the routes do. */
class ApiDescriptionTest {
    private static final Pattern PATH = Pattern.compile("  (/\\S*):");
    private static final Pattern METHOD = Pattern.compile("    (get|put|post|patch|delete):");

    /** The paths of a description with their methods, such as {@code GET /health}. */
    static List<String> operations(String yaml) {
        var found = new ArrayList<String>();
        var path = "";
        for (var line : yaml.lines().toList()) {
            var isPath = PATH.matcher(line);
            var isMethod = METHOD.matcher(line);
            if (isPath.matches()) {
                path = isPath.group(1);
            } else if (isMethod.matches() && !path.isEmpty()) {
                found.add(isMethod.group(1).toUpperCase(Locale.ROOT) + " " + path);
            }
        }
        return found;
    }

    @Test
    void describesOnlyWhatIsServed() {
        try (var server = new TestServer()) {
            var yaml = server.send("GET", "/openapi.yaml", BodyPublishers.noBody());
            assertThat(yaml.status()).isEqualTo(200);
            assertThat(operations(yaml.body())).hasSizeGreaterThan(25).contains("PUT /api/secret-stores/{storeId}");

            for (var operation : operations(yaml.body())) {
                var words = operation.split(" ", 2);
                var path = words[1].replace("{storeId}", "x")
                        .replace("{checkpointId}", "x")
                        .replace("{keyId}", "x")
                        .replace("{port}", "1")
                        .replace("{patchId}", "x")
                        .replace("{name}", "1")
                        .replace("{version}", "1")
                        .replace("{entity}", "sb-0123456789abcdef")
                        .replace("{sandboxId}", "sb-0123456789abcdef")
                        .replace("{sessionId}", "x")
                        .replace("{snapshotName}", "x")
                        .replace("{webhookId}", "whk_x")
                        .replace("{messageId}", "msg_x")
                        .replace("{hostId}", "x");
                var answer = server.send(words[0], path);
                assertThat(answer.body()).as(operation).doesNotContain("route.not-found", "route.wrong-method");
            }
        }
    }
}
