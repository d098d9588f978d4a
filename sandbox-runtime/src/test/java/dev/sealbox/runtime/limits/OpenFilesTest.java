package dev.sealbox.runtime.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class OpenFilesTest {
    private static final List<String> LIMITS = List.of(
            "Limit                     Soft Limit           Hard Limit           Units     ",
            "Max open files            1024                 20000                files     ");

    @Test
    void isAtMostWhatTheHostAllows() {
        assertThat(OpenFiles.atMost(65536, LIMITS)).isEqualTo(20000);
        assertThat(OpenFiles.atMost(512, LIMITS)).isEqualTo(512);
        assertThat(OpenFiles.atMost(512, List.of())).isEqualTo(512);
    }
}
