package dev.sealbox.domain.sandbox;

/**
 * What a finished command left.
 *
 * @param exitCode 0 to 255, or -1 when a signal or the timeout ended it
 * @param stdout UTF-8, invalid bytes replaced
 * @param stderr the same; ends with a line {@code Process timed out} when the timeout ended the command
 */
public record CommandResult(int exitCode, String stdout, String stderr) {
    @Override
    public String toString() {
        return "CommandResult[" + exitCode + "]";
    }
}
