package dev.sealbox.persistence.keys;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.KmsClient;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Tink's view of a Vault or OpenBao server: keys are named {@code vault-transit://MOUNT/KEY}. Thread-safe. */
public final class VaultTransitClient implements KmsClient {
    private static final String SCHEME = "vault-transit://";

    private final VaultSettings settings;
    private final Function<String, @Nullable String> environment;

    public VaultTransitClient(VaultSettings settings, Function<String, @Nullable String> environment) {
        this.settings = settings;
        this.environment = environment;
    }

    static String uri(VaultSettings settings) {
        return SCHEME + settings.mount() + "/" + settings.key();
    }

    @Override
    public boolean doesSupport(String keyUri) {
        return keyUri.startsWith(SCHEME) && keyUri.indexOf('/', SCHEME.length()) > SCHEME.length();
    }

    /** The same server, with the token in another file. */
    @Override
    public KmsClient withCredentials(String credentialPath) {
        return new VaultTransitClient(
                new VaultSettings(
                        settings.address(),
                        settings.mount(),
                        settings.key(),
                        settings.tokenVariable(),
                        Optional.of(Path.of(credentialPath)),
                        settings.namespace(),
                        settings.caFile(),
                        settings.timeout(),
                        settings.startPatience()),
                environment);
    }

    @Override
    public KmsClient withDefaultCredentials() {
        return this;
    }

    @Override
    public Aead getAead(String keyUri) {
        if (!doesSupport(keyUri)) {
            throw new KeyFailure("no key of a transit engine: " + keyUri);
        }
        var at = keyUri.lastIndexOf('/');
        return new VaultTransit(settings, environment, keyUri.substring(SCHEME.length(), at), keyUri.substring(at + 1));
    }
}
