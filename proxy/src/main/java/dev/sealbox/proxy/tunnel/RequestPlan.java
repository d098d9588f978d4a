package dev.sealbox.proxy.tunnel;

import dev.sealbox.proxy.codec.Fields;
import dev.sealbox.proxy.codec.Framing;
import dev.sealbox.proxy.reseal.Unpacker;
import dev.sealbox.proxy.rewrite.Form;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * How a request's body goes on to the upstream: all that is known of it once its head has come. The framing changes only
 * where the length may. Pure.
 *
 * @param framing the one in which it goes on; of a measured body, only the kind
 * @param searched whether it is looked through for tokens
 * @param measured whether it is held until it is complete
 * @param aside in which it is packed, where it goes on as it came and a copy is unpacked and looked through
 * @param reading how it is looked at where neither is done
 * @param coding in which it is packed, where it must be unpacked to be looked through
 */
record RequestPlan(
        Framing framing,
        boolean searched,
        boolean measured,
        Optional<String> coding,
        Optional<String> aside,
        Reading reading) {

    /** How its body is looked at. */
    enum Reading {
        /** As it is meant. */
        MEANT,
        /** Byte by byte, and it goes on as it came: its lengths are told inside it. */
        RIGID,
        /** The same, and a token in it is most likely not seen: it is packed in a way that nobody here knows. */
        PACKED
    }

    private static final RequestPlan BODILESS =
            new RequestPlan(Framing.NONE, false, false, Optional.empty(), Optional.empty(), Reading.MEANT);

    /**
     * For a request with these fields.
     *
     * @param incoming how its body ends
     * @param reveals whether any token may be replaced in a body
     * @param measuredBody bytes up to which a body is held
     */
    static RequestPlan of(Fields fields, Framing incoming, BooleanSupplier reveals, int measuredBody) {
        if (incoming instanceof Framing.None) {
            return BODILESS;
        }
        var codings = fields.values("content-encoding").stream()
                .filter(coding -> !coding.equalsIgnoreCase("identity"))
                .toList();
        boolean hasBody = !incoming.equals(new Framing.Length(0));
        boolean readable = codings.isEmpty() || (codings.size() == 1 && Unpacker.knows(codings.getFirst()));
        boolean open = hasBody && !Form.holdsLengths(fields.first("content-type"));
        boolean changes = open && readable && reveals.getAsBoolean();
        // Where nothing can be replaced a token may still be one that must not pass.
        boolean searched = changes || (open && codings.isEmpty());
        boolean aside = hasBody && readable && !changes && !codings.isEmpty();
        boolean measured =
                (searched || aside) && incoming instanceof Framing.Length(var bytes) && bytes <= measuredBody;
        var framing = changes && !measured ? Framing.CHUNKED : incoming;
        return new RequestPlan(
                framing,
                searched,
                measured,
                changes ? codings.stream().findFirst() : Optional.empty(),
                aside ? codings.stream().findFirst() : Optional.empty(),
                !hasBody || (open && readable) ? Reading.MEANT : readable ? Reading.RIGID : Reading.PACKED);
    }
}
