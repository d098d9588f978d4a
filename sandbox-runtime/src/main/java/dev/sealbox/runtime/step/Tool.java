package dev.sealbox.runtime.step;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Runs programs of the host. A program that fails is a {@link RuntimeFailure} of the step that it was run for. */
public final class Tool {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration MUCH_PATIENCE = Duration.ofMinutes(20);
    private static final int QUOTED = 500;
    private static final int LAST_LINES = 6;

    private Tool() {}

    /** What a program left: its exit code and both outputs. */
    public record Result(int exitCode, String output, String errors) {}

    /** Runs to the end and returns standard output; fails unless it exits with 0. */
    public static String run(String step, List<String> command) {
        return run(step, command, "");
    }

    /** The same with {@code input} on standard input. */
    public static String run(String step, List<String> command, String input) {
        return output(step, command, attempt(step, command, input));
    }

    /** The same for what grows with the size of a disk: it may take 20 minutes instead of 2. */
    public static String runLong(String step, List<String> command) {
        return output(step, command, attempt(step, command, "", MUCH_PATIENCE));
    }

    private static String output(String step, List<String> command, Result result) {
        if (result.exitCode() != 0) {
            throw failure(step, command, result.exitCode(), result.errors());
        }
        return result.output();
    }

    /** The same, but any exit code is an answer. */
    public static Result attempt(String step, List<String> command, String input) {
        return attempt(step, command, input, PATIENCE);
    }

    private static Result attempt(String step, List<String> command, String input, Duration patience) {
        try {
            var process = new ProcessBuilder(command).start();
            var errors = inBackground(process.getErrorStream());
            var output = inBackground(process.getInputStream());
            feed(process, input);
            if (!process.waitFor(patience.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new RuntimeFailure(step, command.getFirst() + " did not end within " + patience);
            }
            return new Result(process.exitValue(), output.get(), errors.get());
        } catch (IOException | ExecutionException e) {
            throw new RuntimeFailure(step, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RuntimeFailure(step, e);
        }
    }

    /** Runs without a time limit and hands each line of both outputs on; fails unless it exits with 0. */
    public static void follow(String step, List<String> command, Consumer<String> line) {
        try {
            var process = new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            var last = new ArrayDeque<String>();
            try (var lines = process.inputReader(StandardCharsets.UTF_8)) {
                lines.lines().forEach(text -> {
                    if (last.size() == LAST_LINES) {
                        last.removeFirst();
                    }
                    last.addLast(text);
                    line.accept(text);
                });
            }
            var exitCode = process.waitFor();
            if (exitCode != 0) {
                throw failure(step, command, exitCode, String.join("; ", last));
            }
        } catch (IOException e) {
            throw new RuntimeFailure(step, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RuntimeFailure(step, e);
        }
    }

    private static void feed(Process process, String input) throws IOException {
        try (var stdin = process.getOutputStream()) {
            if (!input.isEmpty()) {
                stdin.write(input.getBytes(StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            // The program ended without reading all; its exit code says whether that is a failure.
            if (process.isAlive()) {
                throw e;
            }
        }
    }

    private static CompletableFuture<String> inBackground(InputStream stream) {
        var text = new CompletableFuture<String>();
        Thread.ofVirtual().start(() -> {
            try (stream) {
                text.complete(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
            } catch (IOException e) {
                text.completeExceptionally(e);
            }
        });
        return text;
    }

    private static RuntimeFailure failure(String step, List<String> command, int exitCode, String errors) {
        var said = errors.strip();
        var quoted = said.length() <= QUOTED ? said : said.substring(said.length() - QUOTED);
        return new RuntimeFailure(step, command.getFirst() + " exited with " + exitCode + ": " + quoted);
    }
}
