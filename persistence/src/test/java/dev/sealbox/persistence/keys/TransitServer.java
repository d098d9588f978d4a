package dev.sealbox.persistence.keys;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import javax.net.ssl.SSLContext;

/**
 * The part of a HashiCorp Vault or OpenBao server that this project speaks with, by its documented HTTP API: the transit
 * engine's {@code encrypt} and {@code decrypt}, with what an operator does by {@code keys/NAME/rotate} and
 * {@code keys/NAME/config}.
 *
 * <p>It is not the real server, which no package registry of this build offers; it keeps to what the API's documentation
 * says: it encrypts with AES-256-GCM under versioned keys, checks token, namespace and associated data, and answers with
 * the documented bodies, those of errors included. (Of the two administrative
 * paths it has the effect, as methods.)
 */
public final class TransitServer implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int NONCE = 12;
    private static final int TAG_BITS = 128;

    public static final String TOKEN = "hvs.a-token-of-the-operator";

    private final HttpServer server;
    private final String scheme;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, TransitKey> keys = new ConcurrentHashMap<>();

    volatile boolean sealed;
    volatile String acceptedToken = TOKEN;
    volatile Optional<String> namespace = Optional.empty();
    final AtomicInteger requests = new AtomicInteger();

    private static final class TransitKey {
        private final TreeMap<Integer, SecretKeySpec> versions = new TreeMap<>();
        private int minDecryptionVersion = 1;
    }

    private static final class Refusal extends Exception {
        private static final long serialVersionUID = 1;
        private final int status;
        private final String error;

        private Refusal(int status, String error) {
            super(error);
            this.status = status;
            this.error = error;
        }
    }

    /** On the loopback address; over TLS if there is a context. */
    public TransitServer(int port, Optional<SSLContext> tls) {
        try {
            var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
            if (tls.isPresent()) {
                var secure = HttpsServer.create(address, 0);
                secure.setHttpsConfigurator(new HttpsConfigurator(tls.get()));
                this.server = secure;
            } else {
                this.server = HttpServer.create(address, 0);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.scheme = tls.isPresent() ? "https" : "http";
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
    }

    public TransitServer() {
        this(0, Optional.empty());
    }

    public String address() {
        return scheme + "://127.0.0.1:" + port();
    }

    public int port() {
        return server.getAddress().getPort();
    }

    /** As an operator makes a key. */
    public void create(String name) {
        keys.put(name, new TransitKey());
        rotate(name);
    }

    public void rotate(String name) {
        var key = key(name);
        var bytes = new byte[32];
        random.nextBytes(bytes);
        key.versions.put(key.versions.size() + 1, new SecretKeySpec(bytes, "AES"));
    }

    public void minDecryptionVersion(String name, int version) {
        key(name).minDecryptionVersion = version;
    }

    private TransitKey key(String name) {
        return Optional.ofNullable(keys.get(name)).orElseThrow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        requests.incrementAndGet();
        try (exchange) {
            var body = JSON.readTree(exchange.getRequestBody().readAllBytes());
            try {
                answer(exchange, 200, envelope(data(exchange, body)));
            } catch (Refusal e) {
                answer(exchange, e.status, Map.of("errors", List.of(e.error)));
            }
        }
    }

    private static Map<String, Object> envelope(Map<String, Object> data) {
        return Map.of(
                "request_id",
                UUID.randomUUID().toString(),
                "lease_id",
                "",
                "renewable",
                false,
                "lease_duration",
                0,
                "data",
                data);
    }

    private static void answer(HttpExchange exchange, int status, Map<String, Object> body) throws IOException {
        var bytes = JSON.writeValueAsBytes(body);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private Map<String, Object> data(HttpExchange exchange, JsonNode body) throws Refusal {
        if (sealed) {
            throw new Refusal(503, "Vault is sealed");
        }
        var headers = exchange.getRequestHeaders();
        if (!acceptedToken.equals(headers.getFirst("X-Vault-Token"))) {
            throw new Refusal(403, "permission denied");
        }
        var path = exchange.getRequestURI().getPath();
        var inNamespace = Optional.ofNullable(headers.getFirst("X-Vault-Namespace"));
        var words = path.split("/", -1);
        if (!inNamespace.equals(namespace) || words.length < 5 || !path.startsWith("/v1/transit/")) {
            throw new Refusal(404, "no handler for route \"" + path.substring(1) + "\". route entry not found.");
        }
        if (!exchange.getRequestMethod().equals("POST")
                && !exchange.getRequestMethod().equals("PUT")) {
            throw new Refusal(405, "unsupported operation");
        }
        return switch (words[3]) {
            case "encrypt" -> encrypt(words[4], body);
            case "decrypt" -> decrypt(words[4], body);
            default -> throw new Refusal(404, "unsupported path");
        };
    }

    private static byte[] base64(JsonNode body, String field) throws Refusal {
        try {
            return Base64.getDecoder().decode(body.path(field).asText(""));
        } catch (IllegalArgumentException e) {
            throw new Refusal(400, "failed to base64-decode " + field);
        }
    }

    private synchronized Map<String, Object> encrypt(String name, JsonNode body) throws Refusal {
        var key = keys.get(name);
        if (key == null) {
            // The policy of the token does not let it create keys.
            throw new Refusal(403, "permission denied");
        }
        var nonce = new byte[NONCE];
        random.nextBytes(nonce);
        var version = key.versions.lastKey();
        var sealedBytes = crypt(Cipher.ENCRYPT_MODE, key, version, nonce, base64(body, "plaintext"), body);
        var all = ByteBuffer.allocate(NONCE + sealedBytes.length)
                .put(nonce)
                .put(sealedBytes)
                .array();
        return Map.of(
                "ciphertext",
                "vault:v" + version + ":" + Base64.getEncoder().encodeToString(all),
                "key_version",
                version);
    }

    private synchronized Map<String, Object> decrypt(String name, JsonNode body) throws Refusal {
        var key = keys.get(name);
        if (key == null) {
            throw new Refusal(400, "encryption key not found");
        }
        var parts = body.path("ciphertext").asText("").split(":", -1);
        if (parts.length != 3 || !parts[0].equals("vault") || !parts[1].startsWith("v")) {
            throw new Refusal(400, "invalid ciphertext: no prefix");
        }
        var version = Integer.parseInt(parts[1].substring(1));
        if (version < key.minDecryptionVersion) {
            throw new Refusal(400, "ciphertext or signature version is disallowed by policy (too old)");
        }
        if (!key.versions.containsKey(version)) {
            throw new Refusal(400, "invalid ciphertext: version is too new");
        }
        var all = ByteBuffer.wrap(Base64.getDecoder().decode(parts[2]));
        var nonce = new byte[NONCE];
        all.get(nonce);
        var rest = new byte[all.remaining()];
        all.get(rest);
        var plain = crypt(Cipher.DECRYPT_MODE, key, version, nonce, rest, body);
        return Map.of("plaintext", Base64.getEncoder().encodeToString(plain));
    }

    private static byte[] crypt(int mode, TransitKey key, int version, byte[] nonce, byte[] bytes, JsonNode body)
            throws Refusal {
        try {
            var cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(
                    mode,
                    Optional.ofNullable(key.versions.get(version)).orElseThrow(),
                    new GCMParameterSpec(TAG_BITS, nonce));
            cipher.updateAAD(base64(body, "associated_data"));
            return cipher.doFinal(bytes);
        } catch (GeneralSecurityException e) {
            throw new Refusal(400, "cipher: message authentication failed");
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
