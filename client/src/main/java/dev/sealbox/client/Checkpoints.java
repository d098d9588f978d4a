package dev.sealbox.client;

/** What is done to checkpoints by their ids, whatever sandbox they are of. Thread-safe. */
public final class Checkpoints {
    private static final String ROOT = "/sandboxes/checkpoints/";

    private final Requests requests;

    Checkpoints(Requests requests) {
        this.requests = requests;
    }

    /** Lets every organisation fork it: its files, none of its stores and variables. May be repeated. */
    public void publish(String checkpointId) {
        requests.call("POST", path(checkpointId) + "/publish");
    }

    /** Keeps it to its organisation again; forks that there are stay. May be repeated. */
    public void unpublish(String checkpointId) {
        requests.call("POST", path(checkpointId) + "/unpublish");
    }

    public Patches patches(String checkpointId) {
        return new Patches(requests, path(checkpointId));
    }

    /** Takes all secrets from its forks, and from what was or will be forked from those. */
    public void revokeSecretsOfSubtree(String checkpointId) {
        requests.call("POST", path(checkpointId) + "/revoke-secrets?subtree=true");
    }

    private static String path(String checkpointId) {
        return ROOT + Requests.escaped(checkpointId);
    }
}
