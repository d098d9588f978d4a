package dev.sealbox.domain.audit;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;

/**
 * A signed statement of where the log stood: which entities had changed since the head before, and the hash of the last
 * event of each. Who has one head can tell whether anything that it covers was changed later.
 *
 * @param number from 1, without gaps
 * @param upTo the highest number of an event that this head or one before it covers
 * @param events how many events are covered by it and by none before
 * @param entities how many entities those belong to
 * @param previous the hash of the head before; 64 zeros in the first
 * @param entries the hash over the entities and the hashes of their last events
 * @param signature of {@link #statement}, Ed25519, standard base64
 */
public record AuditHead(
        long number,
        Instant at,
        long upTo,
        long events,
        long entities,
        String previous,
        String entries,
        String signature) {

    /** What the first head names as its predecessor. */
    public static final String NONE = "0".repeat(64);

    /** SHA-256 of {@link #statement}, 64 hexadecimal digits. */
    public String hash() {
        try {
            var sha = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(sha.digest(statement().getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** The text that is signed, in UTF-8. Never to be changed. */
    public String statement() {
        return String.join(
                        "\n",
                        "sealbox-audit-head/1",
                        "number " + number,
                        "at " + at,
                        "up-to " + upTo,
                        "events " + events,
                        "entities " + entities,
                        "previous " + previous,
                        "entries " + entries)
                + "\n";
    }

    public AuditHead signed(String made) {
        return new AuditHead(number, at, upTo, events, entities, previous, entries, made);
    }
}
