package dev.sealbox.persistence.keys;

import com.google.crypto.tink.KeysetHandle;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A key set in an environment variable, as JSON or as base64 of it; only a new process sees a new one. Thread-safe. */
final class KeySetVariable implements KeySetSource {
    private final String variable;
    private final Function<String, @Nullable String> environment;

    KeySetVariable(String variable, Function<String, @Nullable String> environment) {
        this.variable = variable;
        this.environment = environment;
    }

    @Override
    public String name() {
        return "the environment variable " + variable;
    }

    @Override
    public Optional<KeysetHandle> read() {
        var text = environment.apply(variable);
        if (text == null || text.isBlank()) {
            throw new KeyFailure(
                    name() + " is not set: it must hold the master key set, a Tink key set in JSON or its" + " base64");
        }
        var json = text.strip().startsWith("{") ? text : decoded(text.strip());
        return Optional.of(new KeySetForm.Plain().parse(json, name()));
    }

    private String decoded(String text) {
        try {
            return new String(Base64.getMimeDecoder().decode(text), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new KeyFailure(name() + " cannot be used: it holds neither JSON nor base64");
        }
    }

    @Override
    public void write(KeysetHandle keys) {
        throw new IllegalStateException(name() + " cannot be changed");
    }

    @Override
    public Optional<String> remedy() {
        return Optional.of("the master keys come from " + name() + ", which a node cannot change: add a new primary key"
                + " to the key set, keep the old keys in it, restart every node with it, and rotate again");
    }
}
