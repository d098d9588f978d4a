package dev.sealbox.server;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How a node finds the control nodes where none are listed: by Akka's Cluster Bootstrap, which joins the cluster that they
 * form, or, among enough of them, begins one.
 *
 * @param contacts control nodes that must be found before a cluster is begun
 */
record Discovery(Method method, int contacts) {
    private static final String POINTS = "akka.management.cluster.bootstrap.contact-point-discovery.";

    /** Where they are looked for. */
    sealed interface Method {
        /** At the addresses of a name. */
        record Dns(String name) implements Method {}

        /** Among the pods of the node's own namespace. */
        record Kubernetes(String selector) implements Method {}
    }

    /**
     * Reads the settings; empty where they name no method.
     *
     * @throws StartFailure when they name one that is none, or not how many control nodes there are to be
     */
    static Optional<Discovery> from(Config cluster) {
        var text = cluster.getString("discovery").strip();
        if (text.isEmpty()) {
            return Optional.empty();
        }
        int nodes = cluster.getInt("control-nodes");
        if (nodes < 1) {
            throw new StartFailure(
                    "discovery needs SEALBOX_CLUSTER_CONTROL_NODES: how many control nodes there are to be");
        }
        // Most of them: two halves of the nodes never both begin a cluster.
        return Optional.of(new Discovery(method(text), nodes / 2 + 1));
    }

    private static Method method(String text) {
        int colon = text.indexOf(':');
        var where = text.substring(colon + 1).strip();
        var method = colon < 0 ? "" : text.substring(0, colon);
        if (!where.isEmpty() && method.equals("dns")) {
            return new Method.Dns(where);
        }
        if (!where.isEmpty() && method.equals("kubernetes")) {
            return new Method.Kubernetes(where);
        }
        throw new StartFailure("sealbox.cluster.discovery must be dns:NAME or kubernetes:SELECTOR, and is " + text);
    }

    /** Akka's settings that follow. */
    Config settings() {
        var settings = new HashMap<String, Object>(Map.of(POINTS + "required-contact-point-nr", contacts));
        switch (method) {
            case Method.Dns(var name) -> {
                settings.put(POINTS + "discovery-method", "akka-dns");
                settings.put(POINTS + "service-name", name);
            }
            case Method.Kubernetes(var selector) -> {
                settings.put(POINTS + "discovery-method", "kubernetes-api");
                settings.put(POINTS + "service-name", "sealbox");
                settings.put(POINTS + "port-name", "management");
                settings.put("akka.discovery.kubernetes-api.pod-label-selector", selector);
            }
        }
        return ConfigFactory.parseMap(settings);
    }
}
