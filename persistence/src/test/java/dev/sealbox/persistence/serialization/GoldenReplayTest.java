package dev.sealbox.persistence.serialization;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.checkpoint.Checkpoint;
import dev.sealbox.domain.checkpoint.CheckpointEvent;
import dev.sealbox.domain.identity.Recorded;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.image.ImageEvent;
import dev.sealbox.domain.image.ImageLibrary;
import dev.sealbox.domain.organization.Organization;
import dev.sealbox.domain.organization.OrganizationEvent;
import dev.sealbox.domain.sandbox.Sandbox;
import dev.sealbox.domain.sandbox.SandboxEvent;
import dev.sealbox.domain.store.SecretStore;
import dev.sealbox.domain.store.StoreEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What was written by any version is not only read but replayed: into what was empty, and on top of every snapshot. */
class GoldenReplayTest {
    private static final Path JOURNAL = Path.of("src/test/resources/journal");
    private static final Path SERIALIZATION = Path.of("src/main/java/dev/sealbox/persistence/serialization");
    private static final Pattern FORM =
            Pattern.compile("\"((?:store|sandbox|checkpoint|organization|image|snapshot)\\.[a-z-]+\\.[0-9]+)\"");

    private final JournalSerializer serializer = new JournalSerializer();

    @ParameterizedTest
    @MethodSource("events")
    void replaysEveryEventIntoItsAggregate(Path form) {
        var recorded = (Recorded<?>) decode(form);

        states(recorded.event())
                .map(state -> after(state, recorded))
                .forEach(state -> assertThat(reread(state)).isEqualTo(state));
    }

    @ParameterizedTest
    @MethodSource("families")
    void replaysAHistoryOfEveryEventThereIs(String family) {
        var history = forms(family + ".").stream()
                .filter(form -> !isSnapshot(form))
                .map(form -> (Recorded<?>) decode(form))
                .toList();

        states(history.getFirst().event()).forEach(start -> {
            var state = start;
            for (var recorded : history) {
                state = after(state, recorded);
            }
            assertThat(reread(state)).isEqualTo(state);
        });
    }

    @Test
    void findsInAReplayedStoreWhatItsEventsSay() {
        var store = (SecretStore) Stream.of("store.created.1", "store.secret-set.1", "store.renamed.1")
                .map(name -> decode(JOURNAL.resolve(name + ".json")))
                .reduce(SecretStore.ABSENT, (state, recorded) -> after(state, (Recorded<?>) recorded));
        var created = (StoreEvent.StoreCreated) event("store.created.1");
        var set = (StoreEvent.SecretSet) event("store.secret-set.1");
        var renamed = (StoreEvent.StoreRenamed) event("store.renamed.1");

        assertThat(store.stage()).isEqualTo(SecretStore.Stage.PRESENT);
        assertThat(store.name()).isEqualTo(renamed.name());
        assertThat(store.allowlist()).isEqualTo(created.allowlist());
        assertThat(store.secrets().keySet())
                .extracting(SecretName::value)
                .containsExactly(set.name().value());
    }

    @Test
    void hasAGoldenFileOfEveryFormThatItNames() throws IOException {
        try (var sources = Files.list(SERIALIZATION)) {
            var named = sources.flatMap(source -> FORM.matcher(text(source)).results())
                    .map((MatchResult match) -> match.group(1) + ".json")
                    .distinct()
                    .toList();

            assertThat(named).hasSizeGreaterThan(30);
            assertThat(named)
                    .allSatisfy(file -> assertThat(JOURNAL.resolve(file)).exists());
        }
    }

    /** What is empty, and what every released snapshot of the event's family says. */
    private Stream<Object> states(Object event) {
        return switch (event) {
            case StoreEvent e -> Stream.concat(Stream.of(SecretStore.ABSENT), snapshots("store."));
            case SandboxEvent e -> Stream.concat(Stream.of(Sandbox.ABSENT), snapshots("sandbox."));
            case CheckpointEvent e -> Stream.concat(Stream.of(Checkpoint.ABSENT), snapshots("checkpoint."));
            case OrganizationEvent e -> Stream.concat(Stream.of(Organization.EMPTY), snapshots("organization."));
            case ImageEvent e -> Stream.concat(Stream.of(ImageLibrary.EMPTY), snapshots("image."));
            default -> throw new AssertionError("of no family: " + event.getClass());
        };
    }

    private Stream<Object> snapshots(String family) {
        return forms(family).stream().filter(GoldenReplayTest::isSnapshot).map(this::decode);
    }

    private static Object after(Object state, Recorded<?> recorded) {
        return switch (recorded) {
            case Recorded<?>(StoreEvent event, var origin, var at) ->
                ((SecretStore) state).apply(new Recorded<>(event, origin, at));
            case Recorded<?>(SandboxEvent event, var origin, var at) ->
                ((Sandbox) state).apply(new Recorded<>(event, origin, at));
            case Recorded<?>(CheckpointEvent event, var origin, var at) ->
                ((Checkpoint) state).apply(new Recorded<>(event, origin, at));
            case Recorded<?>(OrganizationEvent event, var origin, var at) ->
                ((Organization) state).apply(new Recorded<>(event, origin, at));
            case Recorded<?>(ImageEvent event, var origin, var at) ->
                ((ImageLibrary) state).apply(new Recorded<>(event, origin, at));
            default ->
                throw new AssertionError("of no family: " + recorded.event().getClass());
        };
    }

    private Object reread(Object state) {
        return serializer.fromBinary(serializer.toBinary(state), serializer.manifest(state));
    }

    private Object event(String name) {
        return ((Recorded<?>) decode(JOURNAL.resolve(name + ".json"))).event();
    }

    private Object decode(Path form) {
        try {
            return serializer.fromBinary(
                    Files.readAllBytes(form), form.getFileName().toString().replace(".json", ""));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(Path source) {
        try {
            return Files.readString(source, UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isSnapshot(Path form) {
        return form.getFileName().toString().contains(".state.");
    }

    static List<String> families() {
        return List.of("store", "sandbox", "checkpoint", "organization", "image", "snapshot");
    }

    static List<Path> events() {
        return forms("").stream().filter(form -> !isSnapshot(form)).toList();
    }

    private static List<Path> forms(String prefix) {
        try (var forms = Files.list(JOURNAL)) {
            return forms.filter(form -> form.getFileName().toString().startsWith(prefix))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
