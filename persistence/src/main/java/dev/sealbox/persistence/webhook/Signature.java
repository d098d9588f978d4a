package dev.sealbox.persistence.webhook;

import dev.sealbox.domain.webhook.MessageId;
import dev.sealbox.domain.webhook.SigningSecret;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The fields of a request by which its receiver knows who sent it, what, when: Standard Webhooks, with Svix's names. */
final class Signature {
    private static final String ALGORITHM = "HmacSHA256";

    private Signature() {}

    /** Of a message that is sent now; more than one secret makes more than one signature. */
    static Map<String, String> fields(MessageId message, Instant at, byte[] body, List<SigningSecret> secrets) {
        var seconds = Long.toString(at.getEpochSecond());
        var fields = new LinkedHashMap<String, String>();
        fields.put("svix-id", message.value());
        fields.put("svix-timestamp", seconds);
        fields.put(
                "svix-signature",
                secrets.stream()
                        .map(secret -> "v1," + signature(message.value() + "." + seconds + ".", body, secret))
                        .collect(Collectors.joining(" ")));
        return fields;
    }

    private static String signature(String before, byte[] body, SigningSecret secret) {
        var key = secret.key();
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
            mac.update(before.getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no " + ALGORITHM, e);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }
}
