package dev.sealbox.proxy.rewrite;

import java.util.List;

/**
 * A request's head as the upstream shall see it, values in the place of tokens, and not yet in the form of a protocol.
 *
 * @param target path and query; a {@link Revealed} where a secret's value is in it
 * @param secure whether it goes over TLS
 * @param authority the host that it is for
 * @param fields without Host and without those of the framing
 */
public record RewrittenHead(
        String method, CharSequence target, boolean secure, String authority, List<RewrittenField> fields) {

    public RewrittenHead {
        fields = List.copyOf(fields);
    }

    /** The same without the field of that name, which holds no value. */
    public RewrittenHead without(String name) {
        var others = fields.stream()
                .filter(field -> !field.name().equalsIgnoreCase(name))
                .toList();
        return new RewrittenHead(method, target, secure, authority, others);
    }

    /** Overwrites the values: they are needed no more. */
    public void wipe() {
        Revealed.wipe(target);
        fields.forEach(field -> Revealed.wipe(field.value()));
    }

    /** Says nothing of the target, which may hold a value. */
    @Override
    public String toString() {
        return method;
    }
}
