package dev.sealbox.client;

import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One server and one API key. Thread-safe; make one and keep it.
 *
 * <p>Nothing is retried. Every method throws {@link ApiException} when the server refuses or cannot be reached.
 */
public final class SealboxClient implements AutoCloseable {
    private static final Duration CONNECTING = Duration.ofSeconds(10);

    private final HttpClient http;
    private final Requests requests;

    private SealboxClient(URI base, String apiKey, Duration timeout) {
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECTING)
                .build();
        this.requests = new Requests(http, base, apiKey, timeout);
    }

    public static Builder builder() {
        return new Builder(System::getenv);
    }

    /** A client for what the environment names; see {@link Builder}. */
    public static SealboxClient fromEnvironment() {
        return builder().build();
    }

    public SecretStores secretStores() {
        return new SecretStores(requests);
    }

    public Archives archives() {
        return new Archives(requests);
    }

    public Snapshots snapshots() {
        return new Snapshots(requests);
    }

    public Images images() {
        return new Images(requests);
    }

    public Checkpoints checkpoints() {
        return new Checkpoints(requests);
    }

    public ApiKeys apiKeys() {
        return new ApiKeys(requests);
    }

    public Organizations organizations() {
        return new Organizations(requests);
    }

    public AuditAnswers auditAnswers() {
        return new AuditAnswers(requests);
    }

    /** For tools that show answers as they come. */
    public RawRequests raw() {
        return new RawRequests(requests);
    }

    Requests requests() {
        return requests;
    }

    /** Closes the connections; waits for requests in progress. Sandboxes stay as they are. */
    @Override
    public void close() {
        http.close();
    }

    /**
     * What is not set comes from the environment: {@code OPENCOMPUTER_API_URL}, then {@code SEALBOX_API_URL}, then
     * {@code http://localhost:8080}; and {@code OPENCOMPUTER_API_KEY}, then {@code SEALBOX_API_KEY}.
     */
    public static final class Builder {
        private final Function<String, @Nullable String> environment;
        private Optional<String> baseUrl = Optional.empty();
        private Optional<String> apiKey = Optional.empty();
        private Duration timeout = Duration.ofSeconds(130);

        Builder(Function<String, @Nullable String> environment) {
            this.environment = environment;
        }

        /** With or without {@code /api} at its end. */
        public Builder baseUrl(String url) {
            this.baseUrl = Optional.of(url);
            return this;
        }

        public Builder apiKey(String key) {
            this.apiKey = Optional.of(key);
            return this;
        }

        /** How long any answer but a command's may take; 130 s unless set, a little more than the server's own limit. */
        public Builder timeout(Duration limit) {
            this.timeout = limit;
            return this;
        }

        public SealboxClient build() {
            var url = baseUrl.or(() -> variable("OPENCOMPUTER_API_URL"))
                    .or(() -> variable("SEALBOX_API_URL"))
                    .orElse("http://localhost:8080");
            var key = apiKey.or(() -> variable("OPENCOMPUTER_API_KEY"))
                    .or(() -> variable("SEALBOX_API_KEY"))
                    .orElse("");
            return new SealboxClient(base(url), key, timeout);
        }

        private Optional<String> variable(String name) {
            return Optional.ofNullable(environment.apply(name)).filter(value -> !value.isEmpty());
        }

        private static URI base(String url) {
            var bare = url.replaceAll("/+$", "");
            return URI.create(bare.endsWith("/api") ? bare : bare + "/api");
        }
    }
}
