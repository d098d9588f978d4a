package dev.sealbox.runtime.exec;

import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.sandbox.Command;
import dev.sealbox.domain.session.NewSession;
import dev.sealbox.domain.session.TerminalSize;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;

/** How a command is told to the agent: timeout in milliseconds, arguments, environment, directory. */
final class CommandForm {
    /** Bytes that an agent takes in one request. */
    private static final int LARGEST = 4 << 20;

    private static final Duration LONGEST = Duration.ofMillis(0xFFFFFFFFL);

    private CommandForm() {}

    /** @throws InvalidValue when no program can be started so */
    static byte[] of(Command command) {
        return of(command, form -> {});
    }

    /**
     * As a session: followed by how long it may go on without its host, in milliseconds, and the terminal's columns and
     * rows, zeros for pipes.
     *
     * @throws InvalidValue when no program can be started so
     */
    static byte[] ofSession(Command command, NewSession wanted) {
        return of(command, form -> {
            form.writeInt(milliseconds(wanted.aloneAtMost()));
            form.writeInt(wanted.terminal().map(TerminalSize::columns).orElse(0));
            form.writeInt(wanted.terminal().map(TerminalSize::rows).orElse(0));
        });
    }

    private interface Rest {
        void write(DataOutputStream form) throws IOException;
    }

    private static byte[] of(Command command, Rest rest) {
        if (command.argv().isEmpty()) {
            throw new InvalidValue("a command names a program");
        }
        var bytes = new ByteArrayOutputStream(1024);
        try (var form = new DataOutputStream(bytes)) {
            form.writeInt(milliseconds(command.timeout()));
            strings(form, command.argv());
            strings(
                    form,
                    command.environment().entrySet().stream()
                            .map(variable -> variable.getKey() + "=" + variable.getValue())
                            .toList());
            string(form, command.directory());
            rest.write(form);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (bytes.size() > LARGEST) {
            throw new InvalidValue("the command with its environment is larger than " + LARGEST + " bytes");
        }
        return bytes.toByteArray();
    }

    /** Rounded up, so that a tiny timeout does not become none at all. */
    private static int milliseconds(Duration timeout) {
        if (timeout.compareTo(LONGEST) > 0) {
            return 0;
        }
        return (int) timeout.plusNanos(999_999).toMillis();
    }

    private static void strings(DataOutputStream form, Collection<String> strings) throws IOException {
        form.writeInt(strings.size());
        for (var string : strings) {
            string(form, string);
        }
    }

    private static void string(DataOutputStream form, String string) throws IOException {
        if (string.indexOf('\0') >= 0) {
            throw new InvalidValue("a command's arguments, environment and directory hold no zero bytes");
        }
        var bytes = string.getBytes(StandardCharsets.UTF_8);
        form.writeInt(bytes.length);
        form.write(bytes);
    }
}
