package dev.sealbox.proxy.session;

import dev.sealbox.proxy.transport.Cut;
import io.netty.channel.Channel;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * What carries one request to its host, as far as a revocation is concerned.
 *
 * @param connection serves one sandbox only
 * @param shared whether it carries other requests at the same time, each of which stands for itself; otherwise some
 *     services tie the connection itself to the credential that came over it
 * @param cut ends what is this request's, at once; called in any thread, complete when nothing more of it can be sent
 */
public record Carrier(Channel connection, boolean shared, Supplier<? extends CompletionStage<?>> cut) {

    /** A connection for one request after the other. */
    public static Carrier alone(Channel connection) {
        return new Carrier(connection, false, () -> Cut.off(connection));
    }

    /** A stream of a connection for many. */
    public static Carrier among(Channel connection, Supplier<? extends CompletionStage<?>> cut) {
        return new Carrier(connection, true, cut);
    }
}
