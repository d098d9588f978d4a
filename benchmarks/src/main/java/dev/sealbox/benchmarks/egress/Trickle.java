package dev.sealbox.benchmarks.egress;

/** A text that is sent byte by byte: again and again it begins as a value does and goes on otherwise. */
final class Trickle {
    private static final String LINE = "data: sk-live-x then sk- and s k and sk-livesk-live- so on\n\n";

    private Trickle() {}

    static String at(int number) {
        return String.valueOf(LINE.charAt(number % LINE.length()));
    }
}
