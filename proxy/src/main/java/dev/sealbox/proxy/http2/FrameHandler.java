package dev.sealbox.proxy.http2;

import dev.sealbox.proxy.rewrite.Revealed;
import io.netty.handler.codec.http2.AbstractHttp2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2Settings;

/**
 * Netty's codec for one connection, with its defences on: against header lists and continuations without end, empty
 * data, streams that are cancelled as fast as they are opened, and control frames that pile up answers.
 */
final class FrameHandler extends Http2ConnectionHandler {
    private static final int SECONDS = 30;
    private static final int EMPTY_DATA_FRAMES = 10;
    private static final int SMALL_CONTINUATIONS = 16;
    private static final int QUEUED_CONTROL_FRAMES = 1000;

    private FrameHandler(Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
        super(decoder, encoder, settings, true);
    }

    /** The side that clients connect to. */
    static FrameHandler server(Http2Limits limits, Http2FrameListener listener) {
        var settings = Http2Settings.defaultSettings()
                .maxConcurrentStreams(limits.maxStreams())
                .initialWindowSize(limits.clientWindow())
                .maxHeaderListSize(limits.maxHead());
        return new Builder(limits, true, settings, listener).build();
    }

    /** The side that connects to upstreams. They may push nothing. */
    static FrameHandler client(Http2Limits limits, Http2FrameListener listener) {
        var settings = Http2Settings.defaultSettings()
                .pushEnabled(false)
                .initialWindowSize(limits.upstreamWindow())
                .maxHeaderListSize(limits.maxHead());
        return new Builder(limits, false, settings, listener).build();
    }

    private static final class Builder extends AbstractHttp2ConnectionHandlerBuilder<FrameHandler, Builder> {
        Builder(Http2Limits limits, boolean server, Http2Settings settings, Http2FrameListener listener) {
            server(server);
            initialSettings(settings);
            frameListener(listener);
            validateHeaders(true);
            // A value must never stand in a table that outlives its request.
            headerSensitivityDetector((name, value) -> value instanceof Revealed);
            encoderEnforceMaxConcurrentStreams(false);
            encoderEnforceMaxQueuedControlFrames(QUEUED_CONTROL_FRAMES);
            decoderEnforceMaxConsecutiveEmptyDataFrames(EMPTY_DATA_FRAMES);
            decoderEnforceMaxSmallContinuationFrames(SMALL_CONTINUATIONS);
            decoderEnforceMaxRstFramesPerWindow(limits.resets(), SECONDS);
            encoderEnforceMaxRstFramesPerWindow(server ? limits.resets() : 0, SECONDS);
            // A sandbox that is expelled must not get half a minute more.
            decoupleCloseAndGoAway(true);
        }

        @Override
        protected FrameHandler build() {
            return super.build();
        }

        @Override
        protected FrameHandler build(
                Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
            return new FrameHandler(decoder, encoder, settings);
        }
    }
}
