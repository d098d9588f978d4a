package dev.sealbox.cli;

import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/** Where a secret's value comes from: a file, standard input, or a terminal that does not show it. Never an argument. */
record Values(InputStream in, Supplier<Optional<Console>> console) {
    private static final Path STANDARD_INPUT = Path.of("/proc/self/fd/0");

    /** The server takes 64 KiB; a little more, so that the server says what is wrong. */
    private static final int MOST = 65 * 1024;

    String read(Optional<Path> file) {
        return file.map(Values::of).orElseGet(this::typed);
    }

    /** A file is the value, byte for byte. */
    private static String of(Path file) {
        try (var content = Files.newInputStream(file)) {
            return text(content.readNBytes(MOST));
        } catch (IOException e) {
            throw new CannotRun("the file " + file + " cannot be read");
        }
    }

    /** Of standard input, one line end at its end is not part of the value: most programs write it without being asked. */
    private String typed() {
        var terminal = console.get().filter(there -> in.equals(System.in) && isTerminal());
        if (terminal.isPresent()) {
            var typed = terminal.get().readPassword("Value: ");
            return typed == null ? "" : new String(typed);
        }
        try {
            return text(in.readNBytes(MOST)).replaceFirst("\r?\n\\z", "");
        } catch (IOException e) {
            throw new CannotRun("standard input cannot be read");
        }
    }

    /** A console may be there also when standard input is a pipe. */
    private static boolean isTerminal() {
        try {
            return Files.readSymbolicLink(STANDARD_INPUT).toString().matches("/dev/(pts/|tty|console).*");
        } catch (IOException e) {
            return false;
        }
    }

    private static String text(byte[] bytes) {
        try {
            CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return text.toString();
        } catch (CharacterCodingException e) {
            throw new CannotRun("the value is not UTF-8 text");
        }
    }
}
