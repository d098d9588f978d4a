package dev.sealbox.proxy.codec;

/** A header or trailer field; the value holds one char per byte (ISO 8859-1), as it was on the wire, trimmed. */
public record Field(String name, String value) {

    public boolean is(String other) {
        return name.equalsIgnoreCase(other);
    }

    /** Says nothing of the value, which may be anybody's credential. */
    @Override
    public String toString() {
        return name;
    }
}
