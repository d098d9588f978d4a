package dev.sealbox.domain.sandbox;

/** Why a sandbox was hibernated. Stored for ever: add words, never change the meaning of one. */
public enum HibernationCause {
    /** Somebody asked for it. */
    CALL,
    /** Nobody used it for its idle timeout. */
    IDLE,
    /** Its host was shut down. */
    SHUTDOWN
}
