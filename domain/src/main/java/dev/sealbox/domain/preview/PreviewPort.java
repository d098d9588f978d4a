package dev.sealbox.domain.preview;

import dev.sealbox.domain.InvalidValue;

/** A TCP port of a sandbox, 1 to 65535. */
public record PreviewPort(int number) {
    private static final int LARGEST = 65_535;

    public PreviewPort {
        if (number < 1 || number > LARGEST) {
            throw new InvalidValue("port must be 1 to " + LARGEST);
        }
    }

    /**
     * Reads one from a path or a host name: digits only, none of them in front for nothing.
     *
     * @throws InvalidValue when it is none
     */
    public static PreviewPort parse(String text) {
        if (!text.matches("[1-9][0-9]{0,4}")) {
            throw new InvalidValue("port must be 1 to " + LARGEST);
        }
        return new PreviewPort(Integer.parseInt(text));
    }

    @Override
    public String toString() {
        return Integer.toString(number);
    }
}
