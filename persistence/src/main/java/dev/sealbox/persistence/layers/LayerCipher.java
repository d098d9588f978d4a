package dev.sealbox.persistence.layers;

import com.google.crypto.tink.subtle.AesGcmHkdfStreaming;
import com.google.crypto.tink.subtle.Hkdf;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.persistence.keys.KeyFailure;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * One organisation's key of the layer store: it encrypts, with everything bound to where it belongs, and names pieces by
 * what they hold, so that nobody without the key can find out whether a known file is there. Thread-safe.
 */
final class LayerCipher {
    private static final int KEY_BYTES = 32;
    private static final int SEGMENT = 1 << 20;
    private static final String MAC = "HmacSHA256";
    private static final String HASH = "HmacSha256";

    private final OrganizationId organization;
    private final AesGcmHkdfStreaming encryption;
    private final SecretKeySpec naming;

    /** @param key 32 bytes, from which those for encryption and for names are derived; the caller wipes them */
    LayerCipher(OrganizationId organization, byte[] key) {
        this.organization = organization;
        try {
            this.encryption = new AesGcmHkdfStreaming(derived(key, "encryption"), HASH, KEY_BYTES, SEGMENT, 0);
            this.naming = new SecretKeySpec(derived(key, "names"), MAC);
        } catch (GeneralSecurityException e) {
            throw new KeyFailure("a key of the layer store is not one", e);
        }
    }

    private static byte[] derived(byte[] key, String purpose) throws GeneralSecurityException {
        return Hkdf.computeHkdf(HASH, key, new byte[0], utf8("sealbox/layer-store/1/" + purpose), KEY_BYTES);
    }

    OrganizationId organization() {
        return organization;
    }

    /** What a piece with this content is called: 64 hex digits. */
    String name(byte[] content) {
        try {
            var mac = Mac.getInstance(MAC);
            mac.init(naming);
            return HexFormat.of().formatHex(mac.doFinal(content));
        } catch (GeneralSecurityException e) {
            throw new KeyFailure("a piece of a layer cannot be named", e);
        }
    }

    /** @param place what it opens as, and as nothing else */
    byte[] seal(String place, byte[] content) {
        var sealed = new ByteArrayOutputStream(content.length + 1024);
        try (var stream = encryption.newEncryptingStream(sealed, bound(place))) {
            stream.write(content);
        } catch (GeneralSecurityException | IOException e) {
            throw new KeyFailure("a piece of a layer cannot be encrypted", e);
        }
        return sealed.toByteArray();
    }

    /** Empty when it is not, or not wholly, what {@link #seal} made for that place. */
    Optional<byte[]> open(String place, byte[] sealed) {
        try (var stream = encryption.newDecryptingStream(new ByteArrayInputStream(sealed), bound(place))) {
            return Optional.of(stream.readAllBytes());
        } catch (GeneralSecurityException | IOException e) {
            return Optional.empty();
        }
    }

    /** Unambiguous: an organisation's id holds no slash. */
    private byte[] bound(String place) {
        return utf8("sealbox/layer-store/1/" + organization + "/" + place);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
