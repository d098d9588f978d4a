package dev.sealbox.persistence.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sealbox.domain.identity.Recorded;
import dev.sealbox.persistence.serialization.JournalSerializer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the log tells of every event that was ever released. */
class EventDataTest {
    private static final Path JOURNAL = Path.of("src/test/resources/journal");
    private static final Pattern TOKEN = Pattern.compile("osb_sealed_[0-9a-f]{8,}|osb_[A-Za-z0-9_-]{20,}");
    private static final Pattern HASH = Pattern.compile("\\b[0-9a-f]{40,}\\b");

    private final ObjectMapper json = new ObjectMapper();

    static List<Path> events() throws IOException {
        try (var files = Files.list(JOURNAL)) {
            return files.filter(file -> !file.toString().contains(".state."))
                    .sorted()
                    .toList();
        }
    }

    private static String told(String form) {
        try {
            var file = JOURNAL.resolve(form + ".json");
            return EventData.of((Recorded<?>) new JournalSerializer().fromBinary(Files.readAllBytes(file), form));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @MethodSource("events")
    void holdsNoTokenNoHashAndNoCiphertext(Path file) throws IOException {
        var told = told(file.getFileName().toString().replace(".json", ""));

        assertThat(json.readTree(told).isObject()).isTrue();
        // An image's hash tells what it is made of, and opens nothing.
        assertThat(told.replaceAll("\"image\":\"[0-9a-f]{64}\"", ""))
                .doesNotContainPattern(TOKEN)
                .doesNotContainPattern(HASH);
        for (var ciphertext : json.readTree(file.toFile()).findValuesAsText("ciphertext")) {
            assertThat(told).doesNotContain(ciphertext).doesNotContain("ciphertext");
        }
    }

    @Test
    void namesWhatASecretIs() {
        assertThat(told("store.secret-set.1"))
                .isEqualTo("{\"name\":\"GIT_TOKEN\",\"entry\":\"0b9f7a62-5a3e-4d0c-9f0e-2f3a1c7d9e10\",\"version\":3,"
                        + "\"value\":{\"key\":\"7c1d2e3f-4a5b-4c6d-8e7f-90a1b2c3d4e5\"},\"hosts\":[\"github.com\"]}");
    }

    @Test
    void namesWhatTokensStandForAndNotTheTokens() {
        assertThat(told("sandbox.tokens-sealed.1"))
                .isEqualTo("{\"tokens\":{\"own\":[\"GIT_TOKEN\"],\"inherited\":[\"GIT_TOKEN\"]}}");
        assertThat(told("checkpoint.requested.1")).contains("\"tokens\":[\"GIT_TOKEN\"]");
    }

    @Test
    void namesVariablesWithoutTheirValues() {
        assertThat(told("sandbox.created.1")).contains("\"envs\":[\"A\"]");
        assertThat(told("sandbox.created.2")).contains("PROJECT").doesNotContain("blue\",\"dir");
        assertThat(told("image.built.1")).contains("\"envs\":[\"PROJECT\"]");
        assertThat(told("snapshot.requested.1")).doesNotContain("outline", "steps");
    }

    @Test
    void knowsAnApiKeyByItsIdOnly() {
        assertThat(told("organization.api-key-issued.1"))
                .isEqualTo("{\"keyId\":\"key-0123456789ab\",\"terms\":"
                        + "{\"name\":\"first\",\"role\":\"admin\",\"stores\":[],\"expiresAt\":null}}");
    }
}
