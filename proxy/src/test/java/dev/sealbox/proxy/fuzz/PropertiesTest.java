package dev.sealbox.proxy.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tries each property for a moment with seeds that differ from run to run, and with all inputs that ever broke it, which
 * lie beside this class. {@code -Dsealbox.fuzz.seed=N} repeats the one that a failure tells; {@code ./sealbox bench fuzz}
 * takes longer, and goes where the code has not been yet.
 */
class PropertiesTest {
    private static final long MOMENT_NANOS = 500_000_000;

    static List<String> names() {
        return Properties.names();
    }

    @ParameterizedTest
    @MethodSource("names")
    void holdsWhateverIsChosen(String name) throws Exception {
        var property = Properties.of(name);
        try {
            var given = Long.getLong("sealbox.fuzz.seed");
            long first = given == null ? System.nanoTime() : given;
            long end = System.nanoTime() + MOMENT_NANOS;
            long seed = first;
            do {
                tried(property, Choices.of(seed), name + ": -Dsealbox.fuzz.seed=" + seed);
                seed++;
            } while (given == null && System.nanoTime() < end);
            assertThat(seed).isGreaterThan(first);
        } finally {
            close(property);
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void holdsForWhatOnceBrokeIt(String name) throws Exception {
        var property = Properties.of(name);
        try {
            for (var input : inputs(name)) {
                tried(property, new Choices(Files.readAllBytes(input)), input.toString());
            }
        } finally {
            close(property);
        }
    }

    private static void close(Property property) throws Exception {
        if (property instanceof AutoCloseable open) {
            open.close();
        }
    }

    private static List<Path> inputs(String name) throws Exception {
        var folder = PropertiesTest.class.getResource(name);
        if (folder == null) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(Path.of(folder.toURI()))) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void tried(Property property, Choices choices, String what) {
        try {
            property.check(choices);
        } catch (RuntimeException | Error e) {
            throw new AssertionError(what, e);
        }
    }
}
