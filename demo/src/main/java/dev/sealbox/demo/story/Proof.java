package dev.sealbox.demo.story;

/**
 * Something that must hold, and whether it did.
 *
 * @param evidence what was seen; never a secret's value
 */
public record Proof(String claim, boolean held, String evidence) {}
