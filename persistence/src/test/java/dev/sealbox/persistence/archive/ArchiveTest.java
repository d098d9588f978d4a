package dev.sealbox.persistence.archive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.audit.Notary;
import dev.sealbox.domain.layer.ArchiveRefusal.Malformed;
import dev.sealbox.domain.layer.ArchiveRefusal.NotSigned;
import dev.sealbox.domain.sandbox.Defaults;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchiveTest {
    private static final String DIGEST = "ab".repeat(32);
    private static final String LIST = "{\"base\":\"base-1\",\"architecture\":\"amd64\",\"owners\":1000000,"
            + "\"layers\":[{\"digest\":\"" + DIGEST + "\",\"packed\":3,\"size\":9}]}";
    private static final Defaults DEFAULTS = new Defaults(Map.of("B", "2", "A", "1"), "/srv");

    private final Signers signers = Signers.open(new Pair(), Optional.empty());

    @TempDir
    private Path folder;

    private byte[] archive() throws IOException {
        return archive(signers);
    }

    private static byte[] archive(Signers by) throws IOException {
        var packed = new ByteArrayInputStream((LIST + "\nxyz").getBytes(UTF_8));
        try (var archive = ArchiveWriter.write(packed, "checkpoint 1", DEFAULTS, by)) {
            return archive.readAllBytes();
        }
    }

    @Test
    void isATarOfManifestSignatureAndLayers() throws IOException {
        try (var tar = new TarArchiveInputStream(new ByteArrayInputStream(archive()), "UTF-8")) {
            assertThat(tar.getNextEntry().getName()).isEqualTo("manifest.json");
            assertThat(new String(tar.readAllBytes(), UTF_8))
                    .isEqualTo("{\"format\":\"sealbox.archive.1\",\"source\":\"checkpoint 1\","
                            + "\"envs\":{\"A\":\"1\",\"B\":\"2\"},\"directory\":\"/srv\",\"files\":" + LIST + "}");
            assertThat(tar.getNextEntry().getSize()).isEqualTo(64);
            assertThat(tar.getNextEntry().getName()).isEqualTo("layers/" + DIGEST + ".tar.zst");
            assertThat(tar.readAllBytes()).asString(UTF_8).isEqualTo("xyz");
            assertThat(tar.getNextEntry()).isNull();
        }
    }

    @Test
    void givesHostsWhatAHostHasPacked() throws IOException, RefusedArchive {
        var reader = ArchiveReader.open(new ByteArrayInputStream(archive()), signers);

        assertThat(reader.content()).hasContent(LIST + "\nxyz");
        assertThat(reader.defaults()).isEqualTo(DEFAULTS);
        assertThat(reader.outline()).contains("\"steps\":[]", "checkpoint 1", DIGEST);
        assertThat(reader.hash())
                .isEqualTo(ArchiveReader.open(new ByteArrayInputStream(archive()), signers)
                        .hash());
    }

    @Test
    void endsWhereItIsCutOrHoldsSomethingElse() throws IOException, RefusedArchive {
        var whole = archive();
        var text = new String(whole, java.nio.charset.StandardCharsets.ISO_8859_1);
        var entry = text.indexOf("layers/", text.indexOf("manifest.sig"));
        var cut = ArchiveReader.open(new ByteArrayInputStream(Arrays.copyOf(whole, entry)), signers);
        assertThat(cut.content()).hasContent(LIST + "\n");

        whole[entry + 8] ^= 1;
        var other = ArchiveReader.open(new ByteArrayInputStream(whole), signers);
        assertThat(other.content()).hasContent(LIST + "\n");
    }

    @Test
    void isRefusedWhenNoTrustedKeyHasSignedIt() throws IOException {
        var whole = archive();
        var stranger = Signers.open(new Pair(), Optional.empty());
        assertThatThrownBy(() -> ArchiveReader.open(new ByteArrayInputStream(whole), stranger))
                .isInstanceOfSatisfying(
                        RefusedArchive.class,
                        refused -> assertThat(refused.reason()).isEqualTo(new NotSigned()));
        for (var at = 512; at < 600; at++) {
            var changed = whole.clone();
            changed[at] ^= 1;
            assertThatThrownBy(() -> ArchiveReader.open(new ByteArrayInputStream(changed), signers))
                    .isInstanceOf(RefusedArchive.class);
        }
    }

    @Test
    void isRefusedWhenItIsNone() {
        for (var bytes :
                new byte[][] {{}, new byte[4096], "no tar at all".repeat(100).getBytes(UTF_8)}) {
            assertThatThrownBy(() -> ArchiveReader.open(new ByteArrayInputStream(bytes), signers))
                    .isInstanceOfSatisfying(
                            RefusedArchive.class,
                            refused -> assertThat(refused.reason()).isInstanceOf(Malformed.class));
        }
    }

    @Test
    void isLetInFromOthersWhoseKeysAreTrusted() throws IOException, RefusedArchive {
        var theirs = new Pair();
        var file =
                Files.writeString(folder.resolve("keys.pem"), "a note\n" + new Pair().publicKey() + theirs.publicKey());
        var trusting = Signers.open(new Pair(), Optional.of(file));

        var reader =
                ArchiveReader.open(new ByteArrayInputStream(archive(Signers.open(theirs, Optional.empty()))), trusting);

        assertThat(reader.defaults()).isEqualTo(DEFAULTS);
    }

    @Test
    void saysThatAFileHoldsNoKeys() throws IOException {
        var file = Optional.of(Files.writeString(folder.resolve("keys.pem"), "nothing"));
        assertThatThrownBy(() -> Signers.open(new Pair(), file))
                .isInstanceOf(InvalidValue.class)
                .hasMessageContaining("trusted-keys-file");
    }

    /** A deployment's key, in memory. */
    private static final class Pair implements Notary {
        private final KeyPair pair;

        Pair() {
            try {
                pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public byte[] sign(byte[] statement) {
            try {
                var signature = Signature.getInstance("Ed25519");
                signature.initSign(pair.getPrivate());
                signature.update(statement);
                return signature.sign();
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public boolean verifies(byte[] statement, byte[] claimed) {
            try {
                var signature = Signature.getInstance("Ed25519");
                signature.initVerify(pair.getPublic());
                signature.update(statement);
                return signature.verify(claimed);
            } catch (GeneralSecurityException e) {
                return false;
            }
        }

        @Override
        public String publicKey() {
            return "-----BEGIN PUBLIC KEY-----\n"
                    + Base64.getMimeEncoder().encodeToString(pair.getPublic().getEncoded())
                    + "\n-----END PUBLIC KEY-----\n";
        }
    }
}
