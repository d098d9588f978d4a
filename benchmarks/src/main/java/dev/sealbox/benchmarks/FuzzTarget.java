package dev.sealbox.benchmarks;

import dev.sealbox.proxy.fuzz.Choices;
import dev.sealbox.proxy.fuzz.Property;

/** What the fuzzer calls, in a JVM of its own: one property, named by the system property {@code sealbox.fuzz}. */
public final class FuzzTarget {
    private static final Property PROPERTY =
            dev.sealbox.proxy.fuzz.Properties.of(System.getProperty("sealbox.fuzz", ""));

    private FuzzTarget() {}

    /** Tries one case. */
    public static void fuzzerTestOneInput(byte[] choices) {
        PROPERTY.check(new Choices(choices));
    }
}
