package dev.sealbox.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.domain.sandbox.Limits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

/** A sandbox that takes all it can get takes it from itself alone. */
class LimitsIT {
    private static final String BOMB = """
            python3 -c "
            import os
            while True:
                try: os.fork()
                except OSError: pass
            \"""";

    private static final Limits SMALL = new Limits(1, 192, 20480);

    @Test
    void killsAMemoryHogAndNothingElse() {
        try (var node = Node.open()) {
            var sandbox = node.start(SMALL).sandbox();

            var hog = node.run(sandbox, "exec python3 -c \"x = b'x' * (1 << 30)\"");

            assertThat(hog.exitCode()).isEqualTo(-1);
            assertThat(node.run(sandbox, "echo still here").stdout()).isEqualTo("still here\n");
        }
    }

    @Test
    void endsAForkBombAtItsTimeout() {
        try (var node = Node.open("pids-limit = 120")) {
            var sandbox = node.start(SMALL).sandbox();

            var bomb = node.run(sandbox, BOMB, Duration.ofSeconds(2));

            assertThat(bomb.exitCode()).isEqualTo(-1);
            Eventually.holds(() -> assertThat(node.run(sandbox, "ps -e --no-headers | wc -l")
                            .stdout()
                            .strip())
                    .satisfies(count -> assertThat(Integer.parseInt(count)).isLessThan(8)));
        }
    }

    @Test
    void stopsASandboxThatIsFullOfProcesses() {
        try (var node = Node.open("pids-limit = 60")) {
            var sandbox = node.start(SMALL).sandbox();
            node.run(sandbox, BOMB + " > /dev/null 2>&1 &");

            Eventually.holds(() -> assertThatThrownBy(() -> node.run(sandbox, "true"))
                    .hasMessageContaining("no room for another process"));
            assertThat(Node.await(node.runtime().running()))
                    .extracting(each -> each.sandbox())
                    .containsExactly(sandbox);
            Node.await(node.runtime().stop(sandbox));

            assertThat(Node.await(node.runtime().running())).isEmpty();
        }
    }

    /** The kernel gives a user, who is the same in all sandboxes, 200 keys: the 201st sandbox would not start. */
    @Test
    void takesNoKeyOfTheUserThatAllSandboxesShare() {
        try (var node = Node.open("shm-size = 1 MiB")) {
            // Others on this machine may start and end sandboxes meanwhile.
            var taken = new ArrayList<Integer>();
            for (var i = 0; i < 3 && (taken.isEmpty() || taken.getLast() > 0); i++) {
                var before = keysOf(node.settings().uidBase());
                node.start(SMALL);
                taken.add(keysOf(node.settings().uidBase()) - before);
            }

            assertThat(taken.getLast()).isNotPositive();
        }
    }

    private static int keysOf(int user) {
        try (var users = Files.lines(Path.of("/proc/key-users"))) {
            return users.map(line -> line.strip().split("[: /]+"))
                    .filter(words -> words[0].equals(Integer.toString(user)))
                    .mapToInt(words -> Integer.parseInt(words[4]))
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void boundsSharedMemory() {
        try (var node = Node.open("shm-size = 1 MiB")) {
            var sandbox = node.start(SMALL).sandbox();

            var result = node.run(sandbox, "head -c 3000000 /dev/zero > /dev/shm/big");

            assertThat(result.stderr()).contains("No space left");
        }
    }
}
