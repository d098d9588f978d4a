package dev.sealbox.domain;

/** Nothing to tell but that it is done. */
public enum Unit {
    DONE
}
