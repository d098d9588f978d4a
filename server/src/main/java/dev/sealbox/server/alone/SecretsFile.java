package dev.sealbox.server.alone;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.sealing.KeyId;
import dev.sealbox.domain.sealing.Plaintext;
import dev.sealbox.domain.sealing.SealedToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

/**
 * Secrets as they stand in a file, one to a line: {@code TOKEN VALUE} for a token that is already in use, or
 * {@code NAME VALUE} for a name that gets a token. {@code @HOST,…} behind either says where alone it may be used. The
 * value is all that follows the first space or tab. Empty lines and those that begin with {@code #} say nothing.
 *
 * @param values by the key of their secret
 */
record SecretsFile(List<LocalSecret> secrets, Map<KeyId, byte[]> values) {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int NAMING_BYTES = 8;

    SecretsFile {
        secrets = List.copyOf(secrets);
        values = Map.copyOf(values);
    }

    /**
     * Reads one.
     *
     * @throws InvalidValue naming the line that is wrong, and never what is in it
     */
    static SecretsFile read(Path file) throws IOException {
        var bytes = Files.readAllBytes(file);
        try {
            return parse(bytes);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    static SecretsFile parse(byte[] bytes) {
        var secrets = new ArrayList<LocalSecret>();
        var values = new HashMap<KeyId, byte[]>();
        int number = 0;
        for (int start = 0; start < bytes.length; number++) {
            int end = end(bytes, start);
            var line = Arrays.copyOfRange(bytes, start, end > start && bytes[end - 1] == '\r' ? end - 1 : end);
            start = end + 1;
            if (line.length > 0 && line[0] != '#') {
                try {
                    var secret = secret(line, values);
                    secrets.add(secret);
                } catch (InvalidValue e) {
                    throw new InvalidValue("line " + (number + 1) + " of the secrets: " + e.getMessage());
                } finally {
                    Arrays.fill(line, (byte) 0);
                }
            }
        }
        requireDistinct(secrets);
        return new SecretsFile(secrets, values);
    }

    private static int end(byte[] bytes, int start) {
        int end = start;
        while (end < bytes.length && bytes[end] != '\n') {
            end++;
        }
        return end;
    }

    private static LocalSecret secret(byte[] line, Map<KeyId, byte[]> values) {
        int gap = 0;
        while (gap < line.length && line[gap] != ' ' && line[gap] != '\t') {
            gap++;
        }
        if (gap == line.length) {
            throw new InvalidValue("a token or a name, a space, and a value");
        }
        if (line.length - gap - 1 > Plaintext.MAX_BYTES || line.length - gap - 1 == 0) {
            throw new InvalidValue("a value has 1 to " + Plaintext.MAX_BYTES + " bytes");
        }
        var key = new KeyId(UUID.randomUUID());
        var secret = described(new String(line, 0, gap, UTF_8), key);
        values.put(key, Arrays.copyOfRange(line, gap + 1, line.length));
        return secret;
    }

    private static LocalSecret described(String text, KeyId key) {
        var at = text.indexOf('@');
        var head = at < 0 ? text : text.substring(0, at);
        var hosts = at < 0
                ? List.<HostPattern>of()
                : HostPattern.parseAll(List.of(text.substring(at + 1).split(",", -1)));
        return head.startsWith(SealedToken.PREFIX)
                ? new LocalSecret(nameOf(head), new SealedToken(head), hosts, key, 1, false)
                : new LocalSecret(SecretName.chosen(head), SealedToken.random(RANDOM), hosts, key, 1, true);
    }

    /** The same for the same token wherever its line stands, and nothing that the token could be read from. */
    private static SecretName nameOf(String token) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(token.getBytes(UTF_8));
            return new SecretName("TOKEN_" + HexFormat.of().formatHex(digest, 0, NAMING_BYTES));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is missing", e);
        }
    }

    /**
     * This file, read when {@code former} had been read before: names keep their tokens, and a value that is still the
     * same keeps its key and version, so that nothing changes for it.
     */
    SecretsFile after(SecretsFile former) {
        var before = new HashMap<SecretName, LocalSecret>();
        former.secrets.forEach(secret -> before.put(secret.name(), secret));
        var now = new ArrayList<LocalSecret>();
        var kept = new HashMap<KeyId, byte[]>();
        for (var secret : secrets) {
            var known = before.get(secret.name());
            var value = Objects.requireNonNull(values.get(secret.key()), "no value");
            boolean same = known != null && Arrays.equals(former.values.get(known.key()), value);
            var next = known == null ? secret : secret.after(known, same);
            now.add(next);
            kept.put(next.key(), value);
        }
        return new SecretsFile(now, kept);
    }

    /** Overwrites its values; only when nobody reads them any more. */
    void wipe() {
        values.values().forEach(value -> Arrays.fill(value, (byte) 0));
    }

    private static void requireDistinct(List<LocalSecret> secrets) {
        var names = new HashSet<SecretName>();
        var tokens = new HashSet<SealedToken>();
        for (var secret : secrets) {
            if (!names.add(secret.name()) || !tokens.add(secret.token())) {
                throw new InvalidValue("the secrets have " + secret.name() + ", or its token, twice");
            }
        }
    }

    /** Only how many there are. */
    @Override
    public String toString() {
        return "SecretsFile[" + secrets.size() + "]";
    }
}
