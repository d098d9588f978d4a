package dev.sealbox.proxy.tunnel;

import dev.sealbox.proxy.codec.Framing;
import dev.sealbox.proxy.codec.RequestHead;
import dev.sealbox.proxy.codec.ResponseHead;
import dev.sealbox.proxy.rewrite.Form;

/**
 * How a response goes on to the client: all that is known of it once its head has come. The framing changes only where
 * the length may. Pure.
 *
 * @param head as it came
 * @param framing the one in which it goes on
 * @param searched whether its body is looked through for values
 * @param packed whether it must be unpacked for that
 * @param measured whether its body is held until the new length is known
 * @param rigid whether it tells lengths inside, so that no value in it can be replaced
 * @param closesClient whether the client's connection ends with it
 */
record ResponsePlan(
        ResponseHead head,
        Framing framing,
        boolean searched,
        boolean packed,
        boolean measured,
        boolean rigid,
        boolean closesClient) {

    /**
     * For the final response to {@code request}.
     *
     * @param incoming how its body ends
     * @param searching whether there is anything to look for
     * @param measuredBody bytes up to which a body is held
     * @param mayKeep whether the client's connection may be used for a next request
     */
    static ResponsePlan of(
            RequestHead request,
            ResponseHead head,
            Framing incoming,
            boolean searching,
            int measuredBody,
            boolean mayKeep) {
        boolean hasBody = !(incoming instanceof Framing.None) && !incoming.equals(new Framing.Length(0));
        boolean searched = hasBody && searching;
        boolean packed = searched && isPacked(head);
        boolean measured =
                searched && !packed && incoming instanceof Framing.Length(var bytes) && bytes <= measuredBody;
        boolean open = incoming instanceof Framing.UntilClose || incoming instanceof Framing.Chunked || searched;
        boolean kept = !hasBody || measured || !open;
        var framing = kept ? incoming : request.http10() ? Framing.UNTIL_CLOSE : Framing.CHUNKED;
        boolean closes = !mayKeep || (hasBody && framing instanceof Framing.UntilClose);
        boolean rigid = searched && Form.holdsLengths(head.fields().first("content-type"));
        return new ResponsePlan(head, framing, searched, packed, measured, rigid, closes);
    }

    private static boolean isPacked(ResponseHead head) {
        var codings = head.fields().values("content-encoding");
        return codings.size() > 1 || (codings.size() == 1 && !codings.getFirst().equalsIgnoreCase("identity"));
    }
}
