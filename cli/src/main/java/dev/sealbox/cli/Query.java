package dev.sealbox.cli;

import dev.sealbox.client.RawRequests;
import java.util.Optional;

/** What stands behind the question mark of an address. */
record Query(String text) {
    Query() {
        this("");
    }

    Query with(String name, Optional<String> value) {
        return value.map(given ->
                        new Query(text + (text.isEmpty() ? "?" : "&") + name + "=" + RawRequests.escaped(given)))
                .orElse(this);
    }

    @Override
    public String toString() {
        return text;
    }
}
