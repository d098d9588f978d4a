package dev.sealbox.persistence.audit;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/**
 * The hash of an event that follows another: what the function {@code audit_chain} of the database computes, computed
 * without it. Never to be changed.
 */
final class EventChain {
    private EventChain() {}

    /** What the first event of an entity follows. */
    static byte[] beginning() {
        return new byte[32];
    }

    /** The hash of {@code row} as the event number {@code sequence}, after an event with the hash {@code previous}. */
    static byte[] next(byte[] previous, JournalRow row, long sequence) {
        var sha = sha256();
        sha.update(previous);
        sha.update(bytes(row.ordering()));
        sha.update(bytes(sequence));
        var written = row.written();
        field(sha, written == null ? null : bytes(written));
        sha.update(bytes(row.form().serializer()));
        var metaSerializer = row.metaSerializer();
        field(sha, metaSerializer == null ? null : bytes(metaSerializer));
        field(sha, bytes(row.entity()));
        field(sha, bytes(row.writer()));
        field(sha, bytes(row.adapter()));
        field(sha, bytes(row.form().manifest()));
        field(sha, bytes(row.metaManifest()));
        field(sha, row.form().payload());
        field(sha, row.meta());
        return sha.digest();
    }

    /** With its length before it, so that no two rows are hashed alike; a missing one has the length -1. */
    static void field(MessageDigest sha, byte @Nullable [] value) {
        sha.update(bytes(value == null ? -1 : value.length));
        if (value != null) {
            sha.update(value);
        }
    }

    static byte @Nullable [] bytes(@Nullable String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] bytes(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }

    static byte[] bytes(int number) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(number).array();
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
