package dev.sealbox.domain.usage;

import java.util.List;
import java.util.concurrent.CompletionStage;

/** Port: where hosts note down what their sandboxes used. Thread-safe. */
public interface UsageMeters {

    /** Adds to what is known; all of it or, when the stage fails, nothing. */
    CompletionStage<Void> add(List<UsageSlice> slices);
}
