package dev.sealbox.persistence.keys;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.google.crypto.tink.Aead;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One key of the transit engine of a HashiCorp Vault or OpenBao server, by its HTTP API: the key never leaves the server,
 * which encrypts and decrypts for whoever has a token. Thread-safe.
 *
 * <p>Failures are {@link KeySourceUnavailable} when a repeat may succeed (no connection, 5xx, 429: also a sealed server),
 * and {@link KeyFailure} when it cannot (denied, no such key, not this key's ciphertext).
 */
final class VaultTransit implements Aead {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MAX_ANSWER = 1 << 20;
    private static final int MAX_ERROR = 200;

    private final VaultSettings settings;
    private final Function<String, @Nullable String> environment;
    private final String mount;
    private final String key;
    private final HttpClient client;

    VaultTransit(VaultSettings settings, Function<String, @Nullable String> environment, String mount, String key) {
        this.settings = settings;
        this.environment = environment;
        this.mount = mount;
        this.key = key;
        var builder = HttpClient.newBuilder()
                .connectTimeout(settings.timeout())
                // A redirect would take the token to another server.
                .followRedirects(HttpClient.Redirect.NEVER);
        settings.caFile().map(TrustedAuthorities::in).ifPresent(builder::sslContext);
        this.client = builder.build();
    }

    @Override
    public byte[] encrypt(byte[] plaintext, byte[] associatedData) {
        return ask("encrypt", "plaintext", base64(plaintext), associatedData, "ciphertext")
                .getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public byte[] decrypt(byte[] ciphertext, byte[] associatedData) {
        var sent = new String(ciphertext, StandardCharsets.UTF_8);
        try {
            return Base64.getDecoder().decode(ask("decrypt", "ciphertext", sent, associatedData, "plaintext"));
        } catch (IllegalArgumentException e) {
            throw new KeyFailure(server() + " answered something that is not its protocol");
        }
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private String server() {
        return "the key management service at " + settings.address();
    }

    private String ask(String operation, String field, String value, byte[] associatedData, String wanted) {
        var fields = Map.of(field, value, "associated_data", base64(associatedData));
        var response = send(operation, fields);
        var answer = response.body();
        var found = answer.path("data").path(wanted);
        if (response.statusCode() != 200) {
            throw refused(operation, response.statusCode(), answer);
        }
        if (!found.isTextual()) {
            throw new KeyFailure(server() + " answered something that is not its protocol");
        }
        return found.textValue();
    }

    private HttpResponse<JsonNode> send(String operation, Map<String, String> fields) {
        try {
            var request = HttpRequest.newBuilder(
                            URI.create(settings.address() + "/v1/" + mount + "/" + operation + "/" + key))
                    .timeout(settings.timeout())
                    .header("X-Vault-Token", token())
                    .header("X-Vault-Request", "true")
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(fields)));
            settings.namespace().ifPresent(namespace -> request.header("X-Vault-Namespace", namespace));
            return client.send(
                    request.build(),
                    info -> HttpResponse.BodySubscribers.mapping(
                            HttpResponse.BodySubscribers.ofByteArray(), VaultTransit::parsed));
        } catch (IllegalArgumentException e) {
            throw new KeyFailure(server() + " cannot be asked: the token, mount, key or namespace has characters that"
                    + " cannot be sent");
        } catch (IOException e) {
            throw new KeySourceUnavailable(
                    server() + " does not answer (" + e.getClass().getSimpleName() + ")", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KeySourceUnavailable("interrupted while asking " + server(), e);
        }
    }

    /** What is no JSON counts as an answer without fields: the status says enough. */
    private static JsonNode parsed(byte[] body) {
        try {
            return body.length > MAX_ANSWER ? MissingNode.getInstance() : JSON.readTree(body);
        } catch (IOException e) {
            return MissingNode.getInstance();
        }
    }

    /** From a file, which is read each time since agents renew it, or from the environment. */
    private String token() {
        var file = settings.tokenFile();
        try {
            var token = file.isPresent()
                    ? Files.readString(file.get())
                    : Optional.ofNullable(environment.apply(settings.tokenVariable()))
                            .orElse("");
            if (token.isBlank()) {
                throw new KeyFailure(server() + " needs a token: neither "
                        + file.map(path -> "the file " + path).orElse("a token file") + " nor the environment variable "
                        + settings.tokenVariable() + " holds one");
            }
            return token.strip();
        } catch (IOException e) {
            throw new KeyFailure("the token file " + file.orElseThrow() + " cannot be read: "
                    + e.getClass().getSimpleName());
        }
    }

    private RuntimeException refused(String operation, int status, JsonNode answer) {
        var said = server() + " did not " + operation + " the master keys: " + status + reason(answer);
        return status >= 500 || status == 429 || status == 412 || status == 472 || status == 473
                ? new KeySourceUnavailable(said)
                : new KeyFailure(said);
    }

    private static String reason(JsonNode answer) {
        var first = answer.path("errors").path(0).asText("");
        var line = first.length() > MAX_ERROR ? first.substring(0, MAX_ERROR) + "..." : first;
        return line.isEmpty() ? "" : " " + line.replaceAll("[\\p{Cc}]+", " ");
    }
}
