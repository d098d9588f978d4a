package dev.sealbox.domain.layer;

import java.io.InputStream;

/** A layer as it is packed, on this host's disk until it is closed. Several may read it at a time. Thread-safe. */
public interface PackedLayer extends AutoCloseable {

    /** What it is, in 64 hex digits: two that have the same are the same bytes, on whatever host they were packed. */
    String digest();

    /** All of it, in bytes. */
    long size();

    /**
     * What {@link LayerFiles#pack} gives, from this byte on. The caller closes the stream, and does not read on when the
     * layer is closed.
     *
     * @param from at most {@link #size}
     */
    InputStream from(long from);

    /** Leaves nothing; done already is done. */
    @Override
    void close();
}
