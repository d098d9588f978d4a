package dev.sealbox.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CleanupTest {

    @Test
    void closesInReverseOnceAndGoesOnPastAFailure() {
        var closed = new ArrayList<String>();
        var cleanup = new Cleanup();
        cleanup.add("first", () -> closed.add("first"));
        cleanup.add("second", () -> {
            throw new IllegalStateException("will not close");
        });
        cleanup.add("third", () -> closed.add("third"));

        cleanup.run();
        cleanup.run();

        assertThat(closed).isEqualTo(List.of("third", "first"));
    }
}
