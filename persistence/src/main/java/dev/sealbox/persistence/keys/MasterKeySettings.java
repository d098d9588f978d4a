package dev.sealbox.persistence.keys;

import com.typesafe.config.Config;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What an operator may choose about the master keys; the keys live under {@code sealbox.persistence.master-keys}.
 *
 * @param file where the key set is, encrypted when the source is a key management service
 * @param variable the environment variable that holds the key set, when that is the source
 * @param vault only when that is the source
 * @param checkEvery how often a node looks whether another one has rotated the keys
 */
public record MasterKeySettings(
        Source source, Path file, String variable, Optional<VaultSettings> vault, Duration checkEvery) {

    /** Where the key set comes from. */
    public enum Source {
        FILE,
        ENVIRONMENT,
        VAULT_TRANSIT
    }

    /**
     * Reads the settings.
     *
     * @throws KeyFailure in one line, for a value that cannot be
     */
    public static MasterKeySettings from(Config config) {
        var own = config.getConfig("sealbox.persistence.master-keys");
        var source = source(own.getString("source"));
        return new MasterKeySettings(
                source,
                Path.of(config.getString("sealbox.persistence.master-key-file")),
                own.getString("variable"),
                source == Source.VAULT_TRANSIT
                        ? Optional.of(VaultSettings.from(own.getConfig("vault")))
                        : Optional.empty(),
                own.getDuration("check-every"));
    }

    private static Source source(String word) {
        return Arrays.stream(Source.values())
                .filter(source -> word(source).equals(word))
                .findFirst()
                .orElseThrow(
                        () -> new KeyFailure("sealbox.persistence.master-keys.source is \"" + word + "\", not one of "
                                + Arrays.stream(Source.values())
                                        .map(MasterKeySettings::word)
                                        .collect(Collectors.joining(", "))));
    }

    private static String word(Source source) {
        return source.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The key set's source, which is not asked yet. */
    public KeySetSource open(Function<String, @Nullable String> environment) {
        return switch (source) {
            case FILE -> KeySetFile.plain(file);
            case ENVIRONMENT -> new KeySetVariable(variable, environment);
            case VAULT_TRANSIT -> {
                var chosen = vault.orElseThrow();
                var client = new VaultTransitClient(chosen, environment);
                yield KeySetFile.enveloped(file, client.getAead(VaultTransitClient.uri(chosen)));
            }
        };
    }

    /** How long a start asks a source that does not answer. */
    public Duration patience() {
        return vault.map(VaultSettings::startPatience).orElse(Duration.ZERO);
    }
}
