package dev.sealbox.persistence.serialization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sealbox.domain.checkpoint.Checkpoint;
import dev.sealbox.domain.checkpoint.CheckpointEvent;
import dev.sealbox.domain.egress.Denials;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.egress.Locations;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Recorded;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.image.ImageEvent;
import dev.sealbox.domain.image.ImageLibrary;
import dev.sealbox.domain.organization.KeyTerms;
import dev.sealbox.domain.organization.Organization;
import dev.sealbox.domain.organization.OrganizationEvent;
import dev.sealbox.domain.sandbox.Sandbox;
import dev.sealbox.domain.sandbox.SandboxEvent;
import dev.sealbox.domain.sealing.Encrypted;
import dev.sealbox.domain.sealing.KeyId;
import dev.sealbox.domain.store.Secret;
import dev.sealbox.domain.store.SecretStore;
import dev.sealbox.domain.store.SecretVersion;
import dev.sealbox.domain.store.StoreEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every form that was ever released is in {@code journal/}, one file each, never edited. */
class JournalSerializerTest {
    private static final Path JOURNAL = Path.of("src/test/resources/journal");

    private final JournalSerializer serializer = new JournalSerializer();
    private final ObjectMapper json = new ObjectMapper();

    @ParameterizedTest
    @MethodSource("released")
    void stillReadsEveryReleasedForm(Path form) throws IOException {
        var written = decode(form);

        if (serializer.manifest(written).equals(manifest(form))) {
            assertThat(json.readTree(serializer.toBinary(written))).isEqualTo(json.readTree(form.toFile()));
        } else {
            // An older form: it becomes the newest one, whose name differs only in its number.
            assertThat(OlderForms.of(manifest(form))).isPresent();
            assertThat(serializer.manifest(written)).startsWith(manifest(form).replaceAll("[0-9]+$", ""));
            assertThat(serializer.fromBinary(serializer.toBinary(written), serializer.manifest(written)))
                    .isEqualTo(written);
        }
    }

    @Test
    void readsAStoreOfTheTimeBeforeVersions() {
        var store = (SecretStore) decode(JOURNAL.resolve("store.state.1.json"));

        var at = Instant.parse("2026-11-23T12:34:56.789Z");
        var key = new KeyId(UUID.fromString("7c1d2e3f-4a5b-4c6d-8e7f-90a1b2c3d4e5"));
        var hosts = HostPattern.parseAll(List.of("github.com"));
        var name = new SecretName("GIT_TOKEN");
        assertThat(store)
                .isEqualTo(new SecretStore(
                        SecretStore.Stage.PRESENT,
                        new OrganizationId("default"),
                        new StoreName("git-creds"),
                        hosts,
                        Denials.NONE,
                        Optional.empty(),
                        Map.of(
                                name,
                                new Secret(
                                        UUID.fromString("0b9f7a62-5a3e-4d0c-9f0e-2f3a1c7d9e10"),
                                        true,
                                        Locations.ALL,
                                        List.of(),
                                        List.of(new SecretVersion(
                                                3,
                                                Optional.of(new Encrypted(key, "AAECAwQF")),
                                                true,
                                                hosts,
                                                Optional.empty(),
                                                at,
                                                "",
                                                "")),
                                        at,
                                        at)),
                        Map.of(name, 3),
                        Set.of(new SandboxId("sb-0123456789abcdef")),
                        Set.of(key),
                        List.of(),
                        9,
                        at,
                        at));
    }

    @Test
    void takesAKeyOfTheTimeBeforeRolesForAnAdministrators() throws IOException {
        var event = (Recorded<?>) decode(JOURNAL.resolve("organization.api-key-issued.1.json"));
        var organization = (Organization) decode(JOURNAL.resolve("organization.state.1.json"));

        assertThat(((OrganizationEvent.ApiKeyIssued) event.event()).terms()).isEqualTo(KeyTerms.admin("first"));
        assertThat(organization.keys().byId().values())
                .singleElement()
                .satisfies(key -> assertThat(key.terms()).isEqualTo(KeyTerms.admin("first")));
        assertThat(organization.names()).hasSize(1);
    }

    @Test
    void hasASampleOfEveryEventAndSnapshot() throws IOException {
        var events = Stream.of(
                        StoreEvent.class,
                        SandboxEvent.class,
                        CheckpointEvent.class,
                        OrganizationEvent.class,
                        ImageEvent.class)
                .flatMap(family -> Stream.of(family.getPermittedSubclasses()));
        var snapshots =
                Stream.of(SecretStore.class, Sandbox.class, Checkpoint.class, Organization.class, ImageLibrary.class);

        var sampled = released().stream()
                .map(this::decode)
                .map(written -> written instanceof Recorded<?>(var event, var origin, var at) ? event : written)
                .<Class<?>>map(Object::getClass)
                .toList();

        assertThat(sampled).containsAll(Stream.concat(events, snapshots).toList());
    }

    @ParameterizedTest
    @MethodSource("released")
    void namesNoClass(Path form) {
        var text = new String(serializer.toBinary(decode(form)), StandardCharsets.UTF_8);

        assertThat(text).doesNotContain("dev.sealbox", "class");
    }

    @Test
    void refusesWhatItDoesNotKnow() {
        assertThatThrownBy(() -> serializer.fromBinary(new byte[0], "store.unknown.1"))
                .hasMessageContaining("store.unknown.1");
        assertThatThrownBy(() -> serializer.manifest("a text")).hasMessageContaining("not for the journal");
    }

    @Test
    void keepsItsIdentifier() {
        assertThat(serializer.identifier()).isEqualTo(71290);
    }

    private Object decode(Path form) {
        try {
            return serializer.fromBinary(Files.readAllBytes(form), manifest(form));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String manifest(Path form) {
        return form.getFileName().toString().replace(".json", "");
    }

    static List<Path> released() throws IOException {
        try (var forms = Files.list(JOURNAL)) {
            return forms.sorted().toList();
        }
    }
}
