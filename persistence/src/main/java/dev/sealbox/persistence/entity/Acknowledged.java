package dev.sealbox.persistence.entity;

import dev.sealbox.persistence.serialization.ClusterMessage;

/** What a sandbox says to a store that told it of a change. */
public record Acknowledged(Answer answer) implements ClusterMessage {

    /** How far the change has come. */
    public enum Answer {
        /** The sandbox's host has it. */
        TAKEN,
        /** The sandbox knows, its host does not yet. */
        LATER,
        /** The sandbox does not run, or has no such layer. */
        NOT_MINE
    }
}
