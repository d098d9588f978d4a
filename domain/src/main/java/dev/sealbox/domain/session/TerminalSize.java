package dev.sealbox.domain.session;

import dev.sealbox.domain.InvalidValue;

/** In characters, 1 to 1000 each. */
public record TerminalSize(int columns, int rows) {
    private static final int LARGEST = 1000;

    /** What a terminal has that nobody said otherwise of. */
    public static final TerminalSize USUAL = new TerminalSize(80, 24);

    public TerminalSize {
        if (columns < 1 || columns > LARGEST || rows < 1 || rows > LARGEST) {
            throw new InvalidValue("cols and rows must be 1 to " + LARGEST);
        }
    }
}
