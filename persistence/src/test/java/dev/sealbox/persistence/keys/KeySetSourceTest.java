package dev.sealbox.persistence.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.crypto.tink.aead.AeadConfig;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeySetSourceTest {
    @TempDir
    private Path folder;

    @BeforeAll
    static void register() throws GeneralSecurityException {
        AeadConfig.register();
    }

    private KeySetSource environment(String value) {
        return new KeySetVariable("SEALBOX_MASTER_KEYS", Map.of("SEALBOX_MASTER_KEYS", value)::get);
    }

    @Test
    void keepsAFileForItsOwnerAndNoCopyOfTheFormer() throws Exception {
        var file = folder.resolve("keys/master.json");
        var source = KeySetFile.plain(file);
        assertThat(source.read()).isEmpty();

        var first = KeyRing.fresh();
        source.write(first);
        var second = KeyRing.of(first).withNewPrimary();
        source.write(second);

        assertThat(source.read().orElseThrow().equalsKeyset(second)).isTrue();
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        try (var files = Files.list(folder.resolve("keys"))) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void replacesWhatALinkPointsTo() throws Exception {
        var real = folder.resolve("real.json");
        var link = folder.resolve("link.json");
        KeySetFile.plain(real).write(KeyRing.fresh());
        Files.createSymbolicLink(link, real);
        var keys = KeyRing.fresh();

        KeySetFile.plain(link).write(keys);

        assertThat(Files.isSymbolicLink(link)).isTrue();
        assertThat(KeySetFile.plain(real).read().orElseThrow().equalsKeyset(keys))
                .isTrue();
    }

    @Test
    void refusesAFileThatOthersMayOpen() throws Exception {
        var file = folder.resolve("master.json");
        var source = KeySetFile.plain(file);
        source.write(KeyRing.fresh());

        for (var permissions : List.of("rw-r-----", "rw----r--", "rw--w----", "rwxrwxrwx")) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
            assertThatThrownBy(source::read)
                    .isInstanceOf(KeyFailure.class)
                    .hasMessageContaining("is open to other users (" + permissions + ")")
                    .hasMessageContaining("chmod 600");
        }
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--------"));
        assertThat(source.read()).isPresent();
    }

    @Test
    void quotesNothingOfWhatItCannotUse() throws IOException {
        var file = folder.resolve("master.json");
        for (var text : List.of("hush hush", "{\"hush\": 1}", "", "{\"primaryKeyId\": \"hush\"}", "[\"hush\"]")) {
            Files.writeString(file, text);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
            assertThatThrownBy(KeySetFile.plain(file)::read)
                    .as(text)
                    .isInstanceOf(KeyFailure.class)
                    .hasMessageContaining(file.toString())
                    .hasMessageNotContaining("hush")
                    .hasNoCause();
        }
        assertThatThrownBy(KeySetFile.plain(folder)::read).isInstanceOf(KeyFailure.class);
        for (var text : List.of("hush hush!", "{\"hush\": 1}", "aHVzaA==", "")) {
            assertThatThrownBy(environment(text)::read)
                    .as(text)
                    .isInstanceOf(KeyFailure.class)
                    .hasMessageContaining("SEALBOX_MASTER_KEYS")
                    .hasMessageNotContaining("hush");
        }
    }

    @Test
    void readsTheEnvironmentAsJsonOrBase64AndCannotWriteIt() throws GeneralSecurityException {
        var keys = KeyRing.fresh();
        var json = new KeySetForm.Plain().text(keys);
        var base64 = Base64.getMimeEncoder().encodeToString(json.getBytes(StandardCharsets.UTF_8));

        assertThat(environment(json).read().orElseThrow().equalsKeyset(keys)).isTrue();
        assertThat(environment(base64).read().orElseThrow().equalsKeyset(keys)).isTrue();
        assertThat(environment(json).remedy().orElseThrow())
                .contains("SEALBOX_MASTER_KEYS")
                .contains("restart every node");
    }

    @Test
    void isChosenByName() {
        assertThat(settings("file").open(variable -> null)).isInstanceOf(KeySetFile.class);
        assertThat(settings("environment").open(variable -> null)).isInstanceOf(KeySetVariable.class);
        assertThatThrownBy(() -> settings("kms"))
                .isInstanceOf(KeyFailure.class)
                .hasMessageContaining("\"kms\", not one of file, environment, vault-transit");
    }

    private static MasterKeySettings settings(String source) {
        return MasterKeySettings.from(ConfigFactory.parseMap(Map.of("sealbox.persistence.master-keys.source", source))
                .withFallback(ConfigFactory.parseResources("reference.conf"))
                .resolve());
    }

    @Test
    void namesTheKeyInWhatItWraps() throws GeneralSecurityException {
        var first = KeyRing.of(KeyRing.fresh());
        var both = KeyRing.of(first.withNewPrimary());
        var wrapped = first.aead().encrypt(new byte[] {1}, new byte[0]);

        assertThat(KeyRing.id(wrapped)).isEqualTo(first.primary());
        assertThat(both.knows(wrapped)).isTrue();
        assertThat(both.ids()).containsOnlyKeys(first.primary(), both.primary());
        assertThat(KeyRing.of(both.without(List.of(first.primary()))).knows(wrapped))
                .isFalse();
        assertThat(both).asString().doesNotContain("Aes");
    }
}
