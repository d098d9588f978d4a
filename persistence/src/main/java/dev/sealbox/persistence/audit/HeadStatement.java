package dev.sealbox.persistence.audit;

import dev.sealbox.domain.audit.AuditHead;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;

/** How heads are hashed. Never to be changed. */
final class HeadStatement {
    private HeadStatement() {}

    static byte[] text(AuditHead head) {
        return head.statement().getBytes(StandardCharsets.UTF_8);
    }

    static String hex(byte[] hash) {
        return HexFormat.of().formatHex(hash);
    }

    /** Where an entity stood, as a part of the hash over all entries of a head; they come ordered by entity. */
    static void add(MessageDigest sha, String entity, String organization, long sequence, byte[] chain) {
        EventChain.field(sha, EventChain.bytes(entity));
        EventChain.field(sha, EventChain.bytes(organization));
        sha.update(EventChain.bytes(sequence));
        EventChain.field(sha, chain);
    }
}
