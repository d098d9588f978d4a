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
     * @param trouble one line without secrets; empty when there is none
     * @param isUsable whether requests can be served all the same
     */
    record Part(String name, String trouble, boolean isUsable) {

        /** One that is usable unless there is trouble. */
        public Part(String name, String trouble) {
            this(name, trouble, trouble.isEmpty());
        }

        /** One that only some requests suffer from; the node stays ready. */
        public static Part impaired(String name, String trouble) {
            return new Part(name, trouble, true);
        }

        public static Part usable(String name) {
            return new Part(name, "");
        }
    }
}
