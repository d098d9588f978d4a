package dev.sealbox.http;

import java.util.List;
import java.util.concurrent.CompletionStage;

/** What must be usable before requests can be served, asked by each {@code GET /readyz}. Thread-safe. */
@FunctionalInterface
public interface Readiness {

    CompletionStage<List<Part>> parts();

    /**
     * One thing that requests depend on.
     *
     * @param name such as {@code database}
     * @param trouble one line without secrets; empty when it is usable
     */
    record Part(String name, String trouble) {

        public static Part usable(String name) {
            return new Part(name, "");
        }

        boolean isUsable() {
            return trouble.isEmpty();
        }
    }
}
