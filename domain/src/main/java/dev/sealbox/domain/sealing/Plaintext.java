package dev.sealbox.domain.sealing;

import com.google.errorprone.annotations.RestrictedApi;
import dev.sealbox.domain.InvalidValue;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A secret's value in the clear, 1 byte to 64 KiB. It prints as {@code redacted} and cannot be compared or serialised.
 *
 * <p>Not thread-safe: one owner, who calls {@link #close} to wipe it.
 */
public final class Plaintext implements AutoCloseable {
    public static final int MAX_BYTES = 64 * 1024;

    /** Shorter ones stand in every answer by chance, so they are not looked for there. */
    public static final int MIN_RECOGNISED_BYTES = 8;

    private final byte[] bytes;

    private Plaintext(byte[] bytes) {
        if (bytes.length == 0) {
            throw new InvalidValue("the value is empty");
        }
        if (bytes.length > MAX_BYTES) {
            throw new InvalidValue("the value is longer than 65536 bytes");
        }
        this.bytes = bytes;
    }

    /** Copies the UTF-8 form of {@code text}. */
    public static Plaintext of(CharSequence text) {
        return new Plaintext(text.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** Takes the array over; the caller gives it up. */
    public static Plaintext owning(byte[] bytes) {
        return new Plaintext(bytes);
    }

    /** Whether it is too short to be recognised when an upstream sends it back. */
    public boolean isTooShortToRecognise() {
        return bytes.length < MIN_RECOGNISED_BYTES;
    }

    public int length() {
        return bytes.length;
    }

    /** The bytes themselves, not a copy, so that {@link #close} wipes what the reader saw. */
    @RestrictedApi(
            explanation = "a plaintext is read only where a value is encrypted or put into a request",
            allowlistAnnotations = {MayReveal.class})
    public byte[] reveal() {
        return bytes;
    }

    /** Overwrites the value. */
    @Override
    public void close() {
        Arrays.fill(bytes, (byte) 0);
    }

    @Override
    public String toString() {
        return "redacted";
    }
}
