package dev.sealbox.cli;

import dev.sealbox.client.SealboxClient;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Which server is asked, and with which key. The key never comes from the command line, which others can see. */
record Connection(String url, String key) {
    private static final String DEFAULT = "http://127.0.0.1:8080";

    static Connection of(Optional<String> url, Optional<String> keyFile, Map<String, String> environment) {
        var server = url.or(() -> variable(environment, "SEALBOX_URL")).orElse(DEFAULT);
        var file = keyFile.or(() -> variable(environment, "SEALBOX_API_KEY").isPresent()
                ? Optional.empty()
                : variable(environment, "SEALBOX_API_KEY_FILE"));
        var key = file.map(Connection::read)
                .or(() -> variable(environment, "SEALBOX_API_KEY"))
                .orElseThrow(() -> new CannotRun("no API key: set SEALBOX_API_KEY or SEALBOX_API_KEY_FILE"));
        return new Connection(server, key);
    }

    private static Optional<String> variable(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name)).filter(value -> !value.isEmpty());
    }

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file)).strip();
        } catch (IOException e) {
            throw new CannotRun("the API key file " + file + " cannot be read");
        }
    }

    SealboxClient open() {
        if (!isAddress(url)) {
            throw new CannotRun("not the address of a server: " + url);
        }
        if (key.isEmpty() || key.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw new CannotRun("the API key is empty or holds characters that no key has");
        }
        return SealboxClient.builder().baseUrl(url).apiKey(key).build();
    }

    private static boolean isAddress(String text) {
        try {
            var address = URI.create(text);
            return address.getHost() != null
                    && String.valueOf(address.getScheme()).matches("https?");
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    @Override
    public String toString() {
        return "Connection[" + url + "]";
    }
}
