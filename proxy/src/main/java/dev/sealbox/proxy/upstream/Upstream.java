package dev.sealbox.proxy.upstream;

import dev.sealbox.proxy.stream.UpstreamStream;

/** A way to an upstream, made for one sandbox and never used for another. For use in its event loop only. */
public sealed interface Upstream permits Http1Upstream, Http2Upstream {

    /** The upstream's side of the next exchange. */
    UpstreamStream stream();

    /** Parts from it: nobody else can use it in the state it is in. */
    void dispose();
}
