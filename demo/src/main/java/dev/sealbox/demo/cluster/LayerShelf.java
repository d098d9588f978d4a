package dev.sealbox.demo.cluster;

import java.util.Map;
import java.util.Set;

/** Where the nodes of a cluster leave layers for each other. */
interface LayerShelf extends AutoCloseable {

    /** The environment variables by which a node finds it. */
    Map<String, String> settings();

    /** The layers that it has. */
    Set<String> layers();

    /** Whether {@code text} stands in anything that it has. */
    boolean holds(String text);

    /** Nobody reaches it until it is brought back, with all that it had. */
    void takeAway();

    void bringBack();

    @Override
    void close();
}
