package dev.sealbox.persistence.keys;

import com.typesafe.config.Config;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * Where the transit engine of a HashiCorp Vault or OpenBao server is; the keys live under
 * {@code sealbox.persistence.master-keys.vault}, where {@code reference.conf} explains each.
 *
 * @param tokenVariable an environment variable, so that the token itself is in no configuration
 * @param timeout of one request
 * @param startPatience how long a start asks again
 */
public record VaultSettings(
        URI address,
        String mount,
        String key,
        String tokenVariable,
        Optional<Path> tokenFile,
        Optional<String> namespace,
        Optional<Path> caFile,
        Duration timeout,
        Duration startPatience) {
    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "localhost", "[::1]", "::1");

    /**
     * Reads the settings.
     *
     * @throws KeyFailure in one line, for an address that would give the keys away or is none
     */
    static VaultSettings from(Config vault) {
        var address = vault.getString("address");
        return new VaultSettings(
                address(address),
                vault.getString("mount"),
                required(vault.getString("key"), "key"),
                vault.getString("token-variable"),
                optional(vault, "token-file").map(Path::of),
                optional(vault, "namespace"),
                optional(vault, "ca-file").map(Path::of),
                vault.getDuration("timeout"),
                vault.getDuration("start-patience"));
    }

    private static URI address(String text) {
        try {
            var address = URI.create(required(text, "address").replaceAll("/+$", ""));
            var host = Optional.ofNullable(address.getHost()).orElse("");
            var isRemote = "https".equals(address.getScheme()) && !host.isEmpty();
            var isLocal = "http".equals(address.getScheme()) && LOOPBACK.contains(host);
            if (isRemote || isLocal) {
                return address;
            }
        } catch (IllegalArgumentException e) {
            // told below
        }
        throw new KeyFailure("sealbox.persistence.master-keys.vault.address must begin with https://, since the master"
                + " keys pass through it; http:// only to this machine");
    }

    private static String required(String text, String setting) {
        if (text.isBlank()) {
            throw new KeyFailure("sealbox.persistence.master-keys.vault." + setting + " is not set");
        }
        return text;
    }

    private static Optional<String> optional(Config vault, String setting) {
        return Optional.of(vault.getString(setting)).filter(text -> !text.isBlank());
    }
}
