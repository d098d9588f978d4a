package dev.sealbox.http;

import dev.sealbox.domain.sandbox.CommandResult;
import java.time.Instant;
import java.util.Optional;

/** Commands and what became of them, as clients see them. */
final class ExecJson {
    private ExecJson() {}

    /** Has no {@code execId}, which is how a client tells it from a {@link Handle}. */
    record Result(int exitCode, String stdout, String stderr) {
        static Result of(CommandResult result) {
            return new Result(result.exitCode(), result.stdout(), result.stderr());
        }

        /** For a failure that a status can no longer tell. */
        static Result failed(String reason) {
            return new Result(-1, "", reason);
        }
    }

    record Handle(String execId, boolean running, Instant startedAt) {}

    /** What is known of a command behind a handle. */
    record Poll(
            boolean running,
            Optional<Integer> exitCode,
            String stdout,
            String stderr,
            boolean truncated,
            Optional<String> error) {

        static final Poll RUNNING = new Poll(true, Optional.empty(), "", "", false, Optional.empty());

        static Poll failed(String reason) {
            return new Poll(false, Optional.of(-1), "", "", false, Optional.of(reason));
        }

        /** Keeps the last {@code most} characters of both streams together; standard error is sure of half of them. */
        static Poll ended(CommandResult result, int most) {
            var stdout = result.stdout();
            var stderr = result.stderr();
            var error = Math.min(stderr.length(), Math.max(most / 2, most - stdout.length()));
            var output = Math.min(stdout.length(), most - error);
            return new Poll(
                    false,
                    Optional.of(result.exitCode()),
                    last(stdout, output),
                    last(stderr, error),
                    output < stdout.length() || error < stderr.length(),
                    Optional.empty());
        }

        private static String last(String text, int length) {
            var from = text.length() - length;
            var splitsPair = length > 0 && from > 0 && Character.isLowSurrogate(text.charAt(from));
            return text.substring(splitsPair ? from + 1 : from);
        }

        int size() {
            return stdout.length() + stderr.length();
        }
    }
}
